import json
import os
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

cache = urlsplit(os.environ["CACHE_URL"])


def ping():
    with socket.create_connection((cache.hostname, cache.port), timeout=3) as c:
        c.sendall(f"AUTH {cache.password}\r\nPING\r\n".encode())
        answer = b""
        while answer.count(b"\r\n") < 2:
            answer += c.recv(100)
        return answer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/health":
            ok = b"+PONG" in ping() and os.environ["OPENING_HOUR"] == "8" and os.environ["MODE"] == "development"
            self.say(200 if ok else 503, {"status": "ok" if ok else "down"})
        elif self.path == "/bikes":
            self.say(200, {"bikes": [1, 2, 3], "motto": open("/etc/motto.txt").read()})
        else:
            self.say(404, {"detail": "no such page"})

    def say(self, status, body):
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


ThreadingHTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
