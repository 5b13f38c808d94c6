import argparse, csv, json
from socketserver import ThreadingTCPServer
from http.server import BaseHTTPRequestHandler

args = argparse.ArgumentParser()
args.add_argument("--listen"); args.add_argument("--data")
args = args.parse_args()
with open(args.data) as f:
    COEF = {r["name"]: float(r["value"]) for r in csv.DictReader(f)}


class H(BaseHTTPRequestHandler):
    def do_GET(self):
        ok = self.path == "/alive"
        self.send_response(200 if ok else 404)
        self.send_header("content-type", "application/json"); self.end_headers()
        self.wfile.write(json.dumps({"status": "ok", "features": len(COEF)} if ok else {"detail": "unknown"}).encode())


host, port = args.listen.split(":")
ThreadingTCPServer.allow_reuse_address = True
ThreadingTCPServer((host, int(port)), H).serve_forever()
