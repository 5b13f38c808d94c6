"""Answers at once, but stands still for 1.2 s in every 6 s, as a server with a bad garbage collection would."""
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PERIOD_S, FROZEN_S = 6.0, 1.2
going = threading.Event()
going.set()


def freeze():
    while True:
        time.sleep(PERIOD_S - FROZEN_S)
        going.clear()
        time.sleep(FROZEN_S)
        going.set()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        going.wait()
        known = self.path in ("/", "/health")
        body = b'{"status": "ok"}' if known else b'{"error": "not found"}'
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


threading.Thread(target=freeze, daemon=True).start()
Server(("0.0.0.0", 8000), Handler).serve_forever()
