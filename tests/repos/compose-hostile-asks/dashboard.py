#!/usr/bin/env python3
import glob, json, os
from http.server import HTTPServer, BaseHTTPRequestHandler

settings = json.load(open("/etc/dashboard/settings.json"))


def containers():
    # without the socket there is nothing to show
    if not os.path.exists("/var/run/docker.sock"):
        return []
    return glob.glob("/host/var/lib/docker/containers/*")


class H(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/health":
            body = {"status": "ok"}
        elif self.path == "/":
            body = {"title": settings["title"], "containers": containers()}
        else:
            return self.send_error(404)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


HTTPServer(("", int(os.environ["PORT"])), H).serve_forever()
