"""A server with Qdrant's REST interface over qdrant-client's own local mode: what stands in where no Qdrant can be had.

`python server.py`, on port 6333. It keeps everything in memory and compares every vector, one request at a time.
QDRANT__SERVICE__API_KEY and QDRANT__SERVICE__HTTP_PORT mean what they mean to Qdrant.
"""

from __future__ import annotations

import hmac
import json
import os
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import catalogue  # noqa: F401 - each of these registers its routes
import points  # noqa: F401
import queries  # noqa: F401
from pydantic import ValidationError
from pydantic_core import to_jsonable_python
from routes import Refused, find

VERSION = version("qdrant-client")  # whose interface this is
MOST_BYTES = 32 * 1024 * 1024
PLAIN = {
    "/healthz": "healthz check passed",
    "/livez": "livez check passed",
    "/readyz": "all shards are ready",
    "/metrics": f'# TYPE app_info gauge\napp_info{{name="qdrant",version="{VERSION}"}} 1\n',
}
KEY = os.environ.get("QDRANT__SERVICE__API_KEY", "")
LOCK = threading.Lock()  # of the local mode, which is no server and knows of one caller


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        address = urlsplit(self.path)
        path = unquote(address.path)
        if self.command == "GET" and path in PLAIN:
            self._send(200, PLAIN[path].encode(), "text/plain; charset=utf-8")
            return
        since = time.monotonic()
        status, told = 200, {}
        try:
            told["result"] = self._result(path, dict(parse_qsl(address.query)))
            told["status"] = "ok"
        except Refused as error:
            status, told["status"] = error.status, {"error": error.message}
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            status, told["status"] = 400, {"error": f"Format error in JSON body: {where}: {first['msg']}"}
        except Exception as error:  # noqa: BLE001 - whatever the local mode does not take is the request's error
            status, told["status"] = 400, {"error": f"Wrong input: {str(error).removeprefix('Wrong input: ')}"}
            print(f"{self.command} {path}: {type(error).__name__}: {error}", flush=True)
        if path == "/" and status == 200:
            told = told["result"]
        else:
            told["time"] = round(time.monotonic() - since, 9)
        self._send(status, json.dumps(to_jsonable_python(told)).encode(), "application/json")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

    def _result(self, path: str, asked: dict[str, str]) -> Any:
        size = int(self.headers.get("Content-Length") or 0)
        if size > MOST_BYTES:
            self.close_connection = True
            raise Refused(413, "Payload is too large")
        data = self.rfile.read(size)
        said = self.headers.get("api-key") or self.headers.get("Authorization", "").removeprefix("Bearer ")
        if KEY and not hmac.compare_digest(said.encode(), KEY.encode()):
            raise Refused(401, "Must provide an API key or an Authorization bearer token")
        if path == "/":
            return {"title": "qdrant - vector search engine", "version": VERSION}
        function, parts = find(self.command, path)
        try:
            body = json.loads(data) if data else {}
        except ValueError as error:
            raise Refused(400, f"Format error in JSON body: {error}") from None
        with LOCK:
            return function(body, **{**asked, **parts})

    def _send(self, status: int, data: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_words: Any) -> None:
        """Nothing: a line for every request is no log."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main() -> None:
    port = int(os.environ.get("QDRANT__SERVICE__HTTP_PORT") or 6333)
    server = Server(("0.0.0.0", port), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"Qdrant HTTP listening on {port}: a stand-in, in memory, by qdrant-client's local mode", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
