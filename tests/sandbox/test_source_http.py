"""Fetching over HTTP from real servers of each temper: a git host, a file server, a private one, a silent one."""

import threading
import time
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler

import pytest

from sandbox.faults import Cancellation, Cancelled
from sandbox.limits import Limits
from tests.sandbox.sources import commit, fault_of, get, git, git_host, make_repository, served


class Quiet(BaseHTTPRequestHandler):
    """A handler that writes nothing to the test's output."""

    def log_message(self, *_):
        pass


class Private(Quiet):
    def do_GET(self):
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="git"')
        self.end_headers()


class Forbidden(Quiet):
    def do_GET(self):
        self.send_error(403)


class Broken(Quiet):
    def do_GET(self):
        self.send_error(503)


class Page(Quiet):
    """A web page where a repository should be."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html>\n<p>Hello\n")


class Elsewhere(Quiet):
    """Redirects to a canary, which must never be asked."""

    asked: list = []

    def do_GET(self):
        if "canary" in self.path:
            self.asked.append(self.path)
        self.send_response(302)
        self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/canary/info/refs")
        self.end_headers()


class Silent(Quiet):
    """Accepts and never answers."""

    def do_GET(self):
        threading.Event().wait(30)


@pytest.fixture
def repository(tmp_path):
    return make_repository(tmp_path / "repository")


@pytest.fixture
def host(repository, tmp_path):
    git(tmp_path, "clone", "--quiet", "--bare", str(repository), str(tmp_path / "hosted" / "project.git"))
    git(tmp_path, "init", "--quiet", "--bare", str(tmp_path / "hosted" / "empty.git"))
    with served(git_host(tmp_path / "hosted")) as address:
        yield address


def test_repository_of_a_git_host_is_fetched(repository, host, tmp_path):
    snapshot = get(f"{host}/project.git", tmp_path)
    facts = snapshot.to_json()
    assert (facts["url"], facts["commit"]) == (f"{host}/project.git", git(repository, "rev-parse", "HEAD"))
    assert (snapshot.root / "app.py").read_text() == "print('one')\n"
    assert "dirty" not in facts


def test_commit_of_another_branch_is_fetched_from_a_git_host(repository, host, tmp_path):
    git(repository, "checkout", "--quiet", "-b", "work")
    (repository / "app.py").write_text("print('work')\n")
    work = commit(repository)
    git(repository, "push", "--quiet", str(tmp_path / "hosted" / "project.git"), "work")
    for ref in ("work", work, work[:8]):
        assert get(f"{host}/project.git", tmp_path, ref).to_json()["commit"] == work


@pytest.mark.parametrize(
    ("path", "ref", "fault"),
    [
        ("empty.git", "", "repository_empty"),
        ("no-such.git", "", "repository_not_found"),
        ("project.git", "no-such-branch", "ref_not_found"),
        ("project.git", "0" * 40, "ref_not_found"),
    ],
)
def test_what_a_git_host_has_not_is_said(host, tmp_path, path, ref, fault):
    assert fault_of(f"{host}/{path}", tmp_path, ref) == fault


def test_server_that_only_hands_out_files_is_refused(repository, tmp_path):
    git(repository, "update-server-info")

    class Files(SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(repository))

        def log_message(self, *_):
            pass

    with served(Files) as address:
        assert fault_of(f"{address}/.git", tmp_path) == "address_refused"
        assert fault_of(f"{address}/no-such.git", tmp_path) == "repository_not_found"


@pytest.mark.parametrize(
    ("handler", "fault"),
    [
        (Private, "repository_private"),
        (Forbidden, "repository_private"),
        (Broken, "repository_unreachable"),
        (Page, "repository_not_found"),
    ],
)
def test_server_that_gives_no_repository_is_said(tmp_path, handler, fault):
    with served(handler) as address:
        assert fault_of(f"{address}/x.git", tmp_path) == fault


def test_address_where_nobody_listens_is_said(tmp_path):
    with served(Page) as address:
        pass
    assert fault_of(f"{address}/x.git", tmp_path) == "repository_unreachable"


def test_redirects_are_not_followed(tmp_path):
    with served(Elsewhere) as address:
        assert fault_of(f"{address}/x.git", tmp_path) == "repository_not_found"
    assert Elsewhere.asked == []


def test_address_of_the_page_of_a_project_is_fetched_where_the_host_redirects_it(repository, tmp_path):
    git(repository, "clone", "--quiet", "--bare", str(repository), str(tmp_path / "hosted" / "project.git"))

    class Host(git_host(tmp_path / "hosted"), BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path.startswith("/project.git/"):
                super().do_GET()
            else:
                self.send_response(301)
                self.send_header("Location", f"/project.git{self.path.removeprefix('/project')}")
                self.end_headers()

        do_POST = do_GET  # noqa: N815 - the standard library's name

    with served(Host) as address:
        facts = get(f"{address}/project", tmp_path).to_json()
        assert (facts["commit"], facts["url"]) == (git(repository, "rev-parse", "HEAD"), f"{address}/project")
        assert fault_of(f"{address}/other", tmp_path / "other") == "repository_not_found"


def test_silent_server_ends_at_the_deadline(tmp_path):
    began = time.monotonic()
    with served(Silent) as address:
        assert fault_of(f"{address}/x.git", tmp_path, limits=Limits(fetch_s=1)) == "fetch_timeout"
    assert time.monotonic() - began < 5


def test_cancellation_ends_a_fetch_under_way(tmp_path):
    wish = Cancellation()
    threading.Timer(0.5, wish.cancel).start()
    began = time.monotonic()
    with served(Silent) as address, pytest.raises(Cancelled):
        get(f"{address}/x.git", tmp_path, cancellation=wish)
    assert time.monotonic() - began < 5
