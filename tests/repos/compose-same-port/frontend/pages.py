import json
import os
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BACKEND = os.environ["BACKEND_URL"]


class Pages(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path not in ("/", "/health"):
            return self.send_error(404)
        with urllib.request.urlopen(BACKEND + "/bikes", timeout=5) as answer:
            bikes = json.load(answer)
        page = json.dumps({"status": "ok", **bikes}) if self.path == "/health" else f"<h1>{len(bikes['bikes'])} bikes</h1>"
        self.send_response(200)
        self.send_header("content-type", "application/json" if self.path == "/health" else "text/html")
        self.end_headers()
        self.wfile.write(page.encode())


ThreadingHTTPServer(("0.0.0.0", 8000), Pages).serve_forever()
