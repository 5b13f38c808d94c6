"""Fetching with real git, from folders, archives and servers: what comes back, and how each refusal is said."""

import io
import os
import subprocess
import tarfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sandbox.faults import Cancellation, Cancelled, TeamFault
from sandbox.limits import Limits
from sandbox.source import Snapshot, fetch
from sandbox.source.address import checked, is_public

AUTHOR = {
    "GIT_AUTHOR_NAME": "Sam",
    "GIT_AUTHOR_EMAIL": "sam@example.org",
    "GIT_COMMITTER_NAME": "Sam",
    "GIT_COMMITTER_EMAIL": "sam@example.org",
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(folder, *arguments):
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=os.environ | AUTHOR, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    (folder / "app.py").write_text("print('one')\n")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "One")
    return folder


def commit(folder, message="Next"):
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", message)
    return git(folder, "rev-parse", "HEAD")


LIMITS = Limits()


def get(source, tmp_path, ref="", limits=LIMITS, **options):
    return fetch(str(source), ref, limits, tmp_path / "workspace", **options)


def fault_of(source, tmp_path, ref="", limits=LIMITS, **options):
    with pytest.raises(TeamFault) as raised:
        get(source, tmp_path, ref, limits, **options)
    assert raised.value.title
    assert raised.value.fix.endswith(".")
    return raised.value.id


def test_folder_gives_the_commit_its_tree_and_its_dates(repository, tmp_path):
    facts = get(repository, tmp_path).to_json()
    assert facts["commit"] == git(repository, "rev-parse", "HEAD")
    assert facts["tree"] == git(repository, "rev-parse", "HEAD^{tree}")
    assert facts["committed_at"].startswith("2026-01-02T03:04:05")
    assert facts["history"] == {
        "commits": 1,
        "authors": [{"name": "Sam", "commits": 1}],
        "first_at": "2026-01-02T03:04:05+00:00",
        "last_at": "2026-01-02T03:04:05+00:00",
        "shallow": False,
    }


def test_uncommitted_changes_are_not_evaluated(repository, tmp_path):
    (repository / "app.py").write_text("print('two')\n")
    assert (get(repository, tmp_path).root / "app.py").read_text() == "print('one')\n"


@pytest.mark.parametrize("name", ["branch", "tag", "full", "short"])
def test_ref_names_a_commit_in_four_ways(repository, tmp_path, name):
    git(repository, "checkout", "--quiet", "-b", "work")
    (repository / "app.py").write_text("print('work')\n")
    work = commit(repository)
    git(repository, "tag", "v1")
    git(repository, "checkout", "--quiet", "main")
    ref = {"branch": "work", "tag": "v1", "full": work, "short": work[:10]}[name]
    assert get(repository, tmp_path, ref).to_json()["commit"] == work


def test_archive_of_the_same_tree_has_the_same_digest(repository, tmp_path):
    first = get(repository, tmp_path).to_json()
    (repository / "app.py").touch()
    assert get(repository, tmp_path / "again").to_json()["archive_sha256"] == first["archive_sha256"]


def test_reopen_makes_the_tree_again_and_refuses_another_archive(repository, tmp_path):
    snapshot = get(repository, tmp_path)
    (snapshot.root / "app.py").unlink()
    snapshot.root.rmdir()
    again = Snapshot.reopen(snapshot.to_json(), tmp_path / "workspace")
    assert (again.root / "app.py").read_text() == "print('one')\n"
    assert Snapshot.reopen(snapshot.to_json() | {"archive_sha256": "0" * 64}, tmp_path / "workspace") is None
    assert Snapshot.reopen(snapshot.to_json(), tmp_path / "elsewhere") is None


def test_links_become_text_and_are_named(repository, tmp_path):
    (repository / "passwd").symlink_to("/etc/passwd")
    commit(repository)
    snapshot = get(repository, tmp_path)
    assert snapshot.to_json()["symlinks"] == ["passwd"]
    assert not (snapshot.root / "passwd").is_symlink()
    assert (snapshot.root / "passwd").read_text() == "/etc/passwd"


def test_names_with_newlines_escapes_and_broken_text_survive(repository, tmp_path):
    for name in (b"a\nb", b"c\x1b[31m", b"d\xff"):
        (repository / os.fsdecode(name)).write_bytes(b"x")
    commit(repository)
    snapshot = get(repository, tmp_path)
    assert {b"a\nb", b"c\x1b[31m", b"d\xff"} <= {os.fsencode(path.name) for path in snapshot.root.iterdir()}


def test_hooks_and_filters_of_a_folder_never_run(repository, tmp_path):
    canary = tmp_path / "canary"
    hook = repository / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {canary}\n")
    hook.chmod(0o755)
    git(repository, "config", "core.fsmonitor", f"touch {canary}")
    get(repository, tmp_path)
    assert not canary.exists()


def test_lfs_pointers_are_named(repository, tmp_path):
    (repository / "model.bin").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n")
    commit(repository)
    assert get(repository, tmp_path).to_json()["lfs_pointers"] == ["model.bin"]


def test_nothing_there_is_said(tmp_path):
    assert fault_of(tmp_path / "nothing", tmp_path) == "repository_not_found"


def test_folder_without_git_is_said(tmp_path):
    (tmp_path / "plain").mkdir()
    assert fault_of(tmp_path / "plain", tmp_path) == "not_a_repository"


def test_repository_without_a_commit_is_said(tmp_path):
    (tmp_path / "empty").mkdir()
    git(tmp_path / "empty", "init", "--quiet")
    assert fault_of(tmp_path / "empty", tmp_path) == "repository_empty"


@pytest.mark.parametrize("ref", ["no-such-branch", "0123456789", "0" * 40])
def test_ref_that_is_not_there_is_said(repository, tmp_path, ref):
    assert fault_of(repository, tmp_path, ref) == "ref_not_found"


@pytest.mark.parametrize(
    ("limits", "fault"),
    [
        (Limits(fetch_files=2), "too_many_files"),
        (Limits(fetch_bytes=100), "source_too_large"),
        (Limits(fetch_file_bytes=100), "source_too_large"),
        (Limits(fetch_path_bytes=20), "path_too_long"),
    ],
)
def test_limits_are_held_before_anything_is_written(repository, tmp_path, limits, fault):
    for number in range(3):
        (repository / f"{'long' * 8}-{number}.txt").write_text("x" * 200)
    commit(repository)
    assert fault_of(repository, tmp_path, limits=limits) == fault
    assert not (tmp_path / "workspace" / "tree").exists()


def test_cancellation_stops_a_fetch(repository, tmp_path):
    wish = Cancellation()
    wish.cancel()
    with pytest.raises(Cancelled), server(Silent) as address:
        get(f"{address}/x.git", tmp_path, cancellation=wish)


class Silent(BaseHTTPRequestHandler):
    """Accepts and never answers."""

    def do_GET(self):
        threading.Event().wait(30)

    def log_message(self, *_):
        pass


class Private(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="git"')
        self.end_headers()

    def log_message(self, *_):
        pass


class Elsewhere(BaseHTTPRequestHandler):
    """Redirects to a canary, which must never be asked."""

    asked: list = []

    def do_GET(self):
        if "canary" in self.path:
            self.asked.append(self.path)
        self.send_response(302)
        self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/canary/info/refs")
        self.end_headers()

    def log_message(self, *_):
        pass


class Missing(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class server:  # noqa: N801 - reads as a function
    def __init__(self, handler):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def test_private_repository_is_said_without_asking_for_a_password(tmp_path):
    with server(Private) as address:
        assert fault_of(f"{address}/x.git", tmp_path) == "repository_private"


def test_missing_repository_on_a_server_is_said(tmp_path):
    with server(Missing) as address:
        assert fault_of(f"{address}/no-such.git", tmp_path) == "repository_not_found"


def test_redirects_are_not_followed(tmp_path):
    with server(Elsewhere) as address:
        assert fault_of(f"{address}/x.git", tmp_path) == "repository_not_found"
    assert Elsewhere.asked == []


def test_silent_server_ends_at_the_deadline(tmp_path):
    with server(Silent) as address:
        assert fault_of(f"{address}/x.git", tmp_path, limits=Limits(fetch_s=1.5)) == "fetch_timeout"


@pytest.mark.parametrize(
    "source",
    [
        "ext::sh -c touch% canary",
        "--upload-pack=touch canary",
        "ssh://git@example.org/a.git",
        "https://token@example.org/a.git",
        "https://exa\nmple.org/a.git",
        "https://[::1]:x/a",
    ],
)
def test_addresses_that_name_programs_or_secrets_are_refused(tmp_path, source, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert fault_of(source, tmp_path) == "address_refused"
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize(
    "source", ["http://127.0.0.1/a.git", "http://[::1]/a.git", "http://169.254.169.254/a", "http://10.0.0.1/a"]
)
def test_strangers_reach_no_private_address(tmp_path, source):
    assert fault_of(source, tmp_path, allow_local=False) == "address_refused"


def test_strangers_reach_no_folder(repository, tmp_path):
    assert fault_of(repository, tmp_path, allow_local=False) == "address_refused"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("100.64.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
    ],
)
def test_public_addresses_are_told_from_wrapped_private_ones(address, public):
    assert is_public(address) == public


def test_checked_address_is_spelt_without_fragment():
    assert checked("https://example.org:8443/a.git#x", only_public=False).url == "https://example.org:8443/a.git"


def test_tar_archive_loses_its_top_folder_and_keeps_modes(tmp_path):
    path = tmp_path / "a.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for name, mode in (("project/app.py", 0o644), ("project/run.sh", 0o755)):
            member = tarfile.TarInfo(name)
            member.size, member.mode = 1, mode
            tar.addfile(member, io.BytesIO(b"x"))
    snapshot = get(path, tmp_path)
    assert sorted(path.name for path in snapshot.root.iterdir()) == ["app.py", "run.sh"]
    assert (snapshot.root / "run.sh").stat().st_mode & 0o100


def test_archive_has_the_tree_id_that_git_gives(repository, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.write(repository / "app.py", "app.py")
    assert get(path, tmp_path).to_json()["tree"] == git(repository, "rev-parse", "HEAD^{tree}")


@pytest.mark.parametrize("name", ["../out", "/abs", "a/../../out"])
def test_archive_that_leads_out_is_refused(tmp_path, name):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr(name, "x")
    assert fault_of(path, tmp_path) == "archive_invalid"
    assert not (tmp_path / "out").exists()


def test_archive_bomb_stops_at_the_limit(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("bomb", b"\0" * 5_000_000)
    assert fault_of(path, tmp_path, limits=Limits(fetch_file_bytes=1_000_000)) == "source_too_large"


def test_archive_links_are_left_out(tmp_path):
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as tar:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
        member = tarfile.TarInfo("app.py")
        member.size = 1
        tar.addfile(member, io.BytesIO(b"x"))
    assert [path.name for path in get(path, tmp_path).root.iterdir()] == ["app.py"]


@pytest.mark.parametrize("content", [b"", b"not an archive"])
def test_file_that_is_no_archive_is_said(tmp_path, content):
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    assert fault_of(path, tmp_path) == "archive_invalid"
