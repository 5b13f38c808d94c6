"""What the tests of fetching share: small repositories of their own, and one way to fetch and to fail."""

import os
import subprocess
import threading
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
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
    return raised.value.id


@contextmanager
def served(handler):
    """The address of a local HTTP server with that handler."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
