"""Squares of numbers, one after another from a variable that all requests share, and a report for three at a time."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

history = []  # of every request, "for the statistics page"
turn = threading.Lock()
places = threading.Semaphore(24)
current = {"of": 0}
waiting = reports = 0


class Server(ThreadingHTTPServer):
    request_queue_size = 128

    def process_request(self, request, client_address):
        places.acquire()
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        super().shutdown_request(request)
        places.release()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        parts = urlsplit(self.path)
        if parts.path == "/health":
            self.answer(503 if reports >= 2 else 200, {"reports": reports})
        elif parts.path == "/square":
            self.answer(200, self.square(int(parse_qs(parts.query)["of"][0])))
        elif parts.path == "/report":
            self.report()
        else:
            self.answer(404, {"error": "not found"})

    def square(self, number):
        global waiting
        current["of"] = number
        history.append("x" * 400_000)
        waiting += 1
        with turn:
            # Each that waits is looked at again.
            time.sleep(0.2 if waiting > 16 else 0.025)
            number = current["of"]
        waiting -= 1
        return {"of": number, "square": number * number}

    def report(self):
        global reports
        if reports >= 3:
            return self.answer(500, {"error": "no report could be made"})
        reports += 1
        time.sleep(0.8)
        reports -= 1
        self.answer(200, {"squares": [number * number for number in range(10)]})

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


Server(("0.0.0.0", 8000), Handler).serve_forever()
