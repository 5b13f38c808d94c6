"""What the tests of fetching share: small repositories, one way to fetch and to fail, git hosts of their own."""

import os
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sandbox.faults import SandboxError
from sandbox.limits import Limits
from sandbox.source import fetch

ENVIRONMENT = {
    "GIT_AUTHOR_NAME": "Sam",
    "GIT_AUTHOR_EMAIL": "sam@example.org",
    "GIT_COMMITTER_NAME": "Sam",
    "GIT_COMMITTER_EMAIL": "sam@example.org",
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
LIMITS = Limits()


def git(folder, *arguments, stdin=None):
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=os.environ | ENVIRONMENT, check=True, capture_output=True, input=stdin
    )
    return done.stdout.decode("utf-8", "surrogateescape").strip()


def make_repository(folder: Path) -> Path:
    """A repository on the branch main with one commit of one file."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    (folder / "app.py").write_text("print('one')\n")
    commit(folder, "One")
    return folder


def commit(folder, message="Next"):
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def get(source, tmp_path, ref="", limits=LIMITS, **options):
    return fetch(str(source), ref, limits, tmp_path / "workspace", **options)


def fault_of(source, tmp_path, ref="", limits=LIMITS, **options):
    """The fault's id; every fault has a title, and advice that ends as a sentence does. Git leaves nothing behind."""
    with pytest.raises(SandboxError) as raised:
        get(source, tmp_path, ref, limits, **options)
    assert raised.value.title
    assert raised.value.fix.endswith(".")
    assert not (tmp_path / "workspace" / "repository").exists()
    print(raised.value.detail)  # shown where the id is another one than was waited for
    return raised.value.id


def git_host(root):
    """Git's own server program behind HTTP, as a git host runs it."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def answer(self, content):
            return content

        def do_GET(self):
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            variables = {
                "GIT_PROJECT_ROOT": str(root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            }
            done = subprocess.run(
                ["git", "http-backend"],
                env=os.environ | ENVIRONMENT | variables,
                input=body,
                capture_output=True,
                check=False,
            )
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode().splitlines())
            self.send_response(int(fields.pop("Status", "200").split()[0]))
            for name, value in fields.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(self.answer(content))

        do_POST = do_GET  # noqa: N815 - the standard library's name

    return Handler


@contextmanager
def served(handler, interface="127.0.0.1"):
    """The address of a local HTTP server with that handler; "" is every interface."""
    server = ThreadingHTTPServer((interface, 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
