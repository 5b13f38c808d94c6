"""A package index of the tests' own, which counts what it is asked for, and the door of a build as a process beside it.

The index listens on an address of this machine that is not loopback's: a build never reaches that one.
"""

import base64
import gzip
import hashlib
import http.client
import io
import itertools
import json
import os
import socket
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import sandbox

SCRIPT = Path(sandbox.__file__).parent / "inside" / "egress.py"
LOOK_S, PATIENCE_S = 0.02, 30.0
JSON = "application/vnd.pypi.simple.v1+json"


def own_addresses():
    """Addresses of this machine as others on its networks see them: the gateways of the engine's bridges among them."""
    found = {entry[4][0] for entry in socket.getaddrinfo(socket.gethostname(), None)}
    lines = Path("/proc/net/fib_trie").read_text(encoding="ascii").splitlines()
    found |= {one.split()[-1] for one, then in itertools.pairwise(lines) if "host LOCAL" in then}
    return sorted(address for address in found if not address.startswith("127."))


class Index(ThreadingHTTPServer):
    """In `with`. `pages[path]` is (status, headers, body) or a function of a handler; `asked` counts paths.

    `agents` are the programs that asked, by path, and `headers` the last headers by path.
    """

    daemon_threads = True

    def __init__(self, host=None):
        super().__init__((host or next(one for one in own_addresses() if ":" not in one), 0), _Handler)
        self.pages, self.asked, self.agents, self.headers = {}, Counter(), {}, {}
        self.host = f"{self.server_address[0]}:{self.server_port}"
        self.url = f"http://{self.host}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """A client that goes away is what some tests are about."""

    def put(self, path, body, status=200, **headers):
        self.pages[path] = (status, {name.replace("_", "-"): value for name, value in headers.items()}, body)

    def project(self, name, files, *, stated=None):
        """A Python project's page as HTML; `stated` are SHA-256 that the page gives instead of the true ones."""
        lines = []
        for file, body in files.items():
            self.put(f"/files/{name}/{file}", body)
            digest = (stated or {}).get(file) or hashlib.sha256(body).hexdigest()
            lines.append(f'<a href="/files/{name}/{file}#sha256={digest}">{file}</a>')
        self.put(f"/simple/{name}/", "\n".join(lines).encode(), Content_Type="text/html", ETag=_tag(lines))

    def package(self, name, versions, *, stated=None):
        """An npm package's document, and those of its versions; each {version: tarball}."""
        documents = {}
        for version, body in versions.items():
            file = f"{name.rpartition('/')[2]}-{version}.tgz"
            self.put(f"/{name}/-/{file}", body)
            digest = base64.b64encode((stated or {}).get(version) or hashlib.sha512(body).digest()).decode()
            dist = {"tarball": f"{self.url}/{name}/-/{file}", "integrity": f"sha512-{digest}"}
            documents[version] = {"name": name, "version": version, "dist": dist}
            self.put(f"/{name.replace('/', '%2f')}/{version}", json.dumps(documents[version]).encode())
        whole = {"name": name, "dist-tags": {"latest": [*versions][-1]}, "versions": documents}
        self.put(f"/{name.replace('/', '%2f')}", json.dumps(whole).encode(), Content_Type="application/json")


def _tag(lines):
    return f'"{hashlib.sha256(repr(lines).encode()).hexdigest()[:16]}"'


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        index = self.server
        index.asked[self.path] += 1
        index.agents.setdefault(self.path, []).append(self.headers.get("User-Agent", ""))
        index.headers[self.path] = dict(self.headers)
        page = index.pages.get(self.path, (404, {}, b"not here"))
        if callable(page):
            page(self)
            return
        status, headers, body = page
        if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
            status, body = 304, b""
        self.answer(status, headers, body)

    def answer(self, status, headers, body, length=None):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.close_connection or length is not None

    def log_message(self, *_):
        """Nothing: what was asked is counted."""


class Door:
    """The program behind a build's door, with a store in `folder`, asking `index`; `told` is what it said."""

    def __init__(self, folder, index, *, env=None, **settings):
        self.folder, self.index, self.env = folder, index, env
        self.settings = {"bytes": 64 * 1024**2, "fetch_bytes": 64 * 1024**2} | settings
        self.told = []

    def __enter__(self):
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        handover = self.folder / f"handover-{self.port}"
        self.store = self.folder / "store"
        self.store.mkdir(exist_ok=True)
        self.at = f"http://127.0.0.1:{self.port}"
        downloads = {
            "python": f"{self.index.url}/simple",
            "npm": self.index.url,
            "folder": str(self.store),
            "at": self.at,
        }
        request = {
            "handover": str(handover),
            "named": [self.index.host],
            "public": False,
            "bytes": 256 * 1024**2,
            "connections": 64,
            "downloads": downloads | self.settings,
        }
        command = [sys.executable, "-I", str(SCRIPT), json.dumps(request)]
        environment = os.environ | (self.env or {})
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        with socket.socket(socket.AF_UNIX) as wire:
            until = time.monotonic() + PATIENCE_S
            while True:
                try:
                    wire.connect(str(handover))
                    break
                except OSError:
                    assert time.monotonic() < until
                    time.sleep(LOOK_S)
            socket.send_fds(wire, [b"door"], [listening.fileno()])
            wire.recv(1)
        listening.close()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        return self

    def _read(self):
        for line in self.process.stdout:
            self.told.append(json.loads(line))

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stdout.close()

    def get(self, path, *, method="GET", headers=None, body=None):
        """(status, body, headers) of one request to the door, with the path as it is given."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers
        finally:
            connection.close()

    def page(self, project, **headers):
        return self.get(f"/-/pypi/simple/{project}/", headers=headers)

    def file(self, project, name):
        """A file as pip asks for it: by the page first."""
        self.page(project)
        return self.get(f"/-/pypi/files/{project}/{name}")

    def kept(self):
        """Names of the whole files in the store."""
        return sorted(path.name for path in (self.store / "files").iterdir())

    def half(self):
        return sorted(path.name for path in (self.store / "partial").iterdir())

    def until(self, condition):
        """What `condition` gives, once it gives something."""
        until = time.monotonic() + PATIENCE_S
        while not (found := condition()):
            assert time.monotonic() < until, self.told
            time.sleep(LOOK_S)
        return found


def wheel(name, version="1.0", text="VALUE = 1\n", size=0):
    """(file name, bytes) of a wheel with one module, at least `size` bytes long."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": text + "#" * size,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    with io.BytesIO() as out:
        with zipfile.ZipFile(out, "w") as archive:
            for path, content in files.items():
                archive.writestr(path, content)
        return f"{name}-{version}-py3-none-any.whl", out.getvalue()


def tarball(name, version="1.0.0"):
    """The bytes of an npm package with one module."""
    files = {"package.json": json.dumps({"name": name, "version": version}), "index.js": "module.exports = 1\n"}
    with io.BytesIO() as out:
        with (
            gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w") as archive,
        ):
            for path, content in files.items():
                member = tarfile.TarInfo(f"package/{path}")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content.encode()))
        return out.getvalue()
