from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

history = []


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        known = self.path in ("/", "/health")
        history.append(bytearray(200_000))  # "for the statistics page"
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"status": "ok"}' if known else b'{"error": "not found"}')

    def log_message(self, *args):
        pass


ThreadingHTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
