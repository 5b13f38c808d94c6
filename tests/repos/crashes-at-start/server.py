import os
from http.server import BaseHTTPRequestHandler, HTTPServer

DATABASE_URL = os.environ["DATABASE_URL"]


class Weather(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(DATABASE_URL[:8].encode())


HTTPServer(("0.0.0.0", 8000), Weather).serve_forever()
