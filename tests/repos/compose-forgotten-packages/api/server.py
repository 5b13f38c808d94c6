import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

orders = []


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        known = {"/health": {"status": "ok"}, "/orders": orders}
        self.say(200, known[self.path]) if self.path in known else self.say(404, {"detail": "no such page"})

    def do_POST(self):
        orders.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.say(201, orders[-1])

    def say(self, status, body):
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


ThreadingHTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
