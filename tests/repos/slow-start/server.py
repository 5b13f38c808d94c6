import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

print("loading the big model ...", flush=True)
time.sleep(33)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        known = self.path in ("/", "/health")
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"status": "ok"}' if known else b'{"error": "not found"}')


ThreadingHTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
