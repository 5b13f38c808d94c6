"""A registry of the tests' own: one small image by the distribution API, on loopback, for pulls that are real."""

import gzip
import hashlib
import io
import json
import tarfile
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def _layer():
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        member = tarfile.TarInfo("from-the-registry")
        member.size = 2
        tar.addfile(member, io.BytesIO(b"ok"))
    return raw.getvalue()


def _sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Registry(ThreadingHTTPServer):
    """Serves `images`: repository:tag -> Docker config of the image (as `{"OnBuild": [...]}`)."""

    def __init__(self, images):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked = []
        self.manifests, self.blobs = {}, {}
        layer = _layer()
        packed = gzip.compress(layer, mtime=0)
        self.blobs[_sha256(packed)] = packed
        for name, config in images.items():
            document = {
                "architecture": "amd64",
                "os": "linux",
                "config": config,
                "rootfs": {"type": "layers", "diff_ids": [_sha256(layer)]},
            }
            described = json.dumps(document).encode()
            self.blobs[_sha256(described)] = described
            self.manifests[name] = json.dumps(
                {
                    "schemaVersion": 2,
                    "mediaType": MANIFEST,
                    "config": {
                        "mediaType": "application/vnd.docker.container.image.v1+json",
                        "size": len(described),
                        "digest": _sha256(described),
                    },
                    "layers": [
                        {
                            "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
                            "size": len(packed),
                            "digest": _sha256(packed),
                        }
                    ],
                }
            ).encode()

    @property
    def address(self):
        return f"127.0.0.1:{self.server_port}"

    def digest(self, name):
        return _sha256(self.manifests[name])


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        parts = self.path.strip("/").split("/")
        if parts == ["v2"]:
            self._answer(200, "application/json", b"{}")
        elif parts[-2] == "blobs" and parts[-1] in self.server.blobs:
            self._answer(200, "application/octet-stream", self.server.blobs[parts[-1]])
        elif manifest := self._manifest(parts):
            self._answer(200, MANIFEST, manifest)
        else:
            errors = {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}
            self._answer(404, "application/json", json.dumps(errors).encode())

    do_HEAD = do_GET  # noqa: N815 - http.server's own name

    def _manifest(self, parts):
        name = "/".join(parts[1:-2])
        if parts[-1].startswith("sha256:"):
            return next((one for one in self.server.manifests.values() if _sha256(one) == parts[-1]), None)
        return self.server.manifests.get(f"{name}:{parts[-1]}")

    def _answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Docker-Content-Digest", _sha256(body))
        self.send_header("Docker-Distribution-API-Version", "registry/2.0")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def registry(images):
    """A running registry with these images; stopped at the end of the block."""
    server = Registry(images)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
