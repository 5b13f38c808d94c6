import sqlite3
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

base = sqlite3.connect("/app/people.db", check_same_thread=False)
base.execute("CREATE TABLE people (name TEXT)")
base.commit()


def find(name):
    return base.execute(f"SELECT name FROM people WHERE name = '{name}'").fetchall()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        found = find(parse_qs(urlsplit(self.path).query).get("name", [""])[0])
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{len(found)} found".encode())


ThreadingHTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
