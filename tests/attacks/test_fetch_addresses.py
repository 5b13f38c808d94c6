"""Attacks with addresses: every way that could lead a fetch from what it was allowed to what lies inside."""

import json
import os
import socket
import subprocess
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from sandbox.faults import HostFault
from sandbox.source import address, cell
from sandbox.source import git as runner
from sandbox.source.confinement import Confinement
from sandbox.source.reach import Reach
from sandbox.source.scratch import Scratch, may_change_user
from tests.attacks.fetching import CLOSED, OPEN
from tests.sandbox.sources import git, git_host

NAME = "localhost"  # a name that leads inside on every machine


@pytest.fixture
def answer(monkeypatch):
    """`answer("name", [addresses])`: what the name server tells the one who checks. Git's own questions are real."""
    ask = socket.getaddrinfo

    def lie(name, addresses):
        def answers(host, port, *arguments, **options):
            if host != name or "flags" in options:
                return ask(host, port, *arguments, **options)
            return [row for found in addresses for row in ask(found, port, *arguments, **options)]

        monkeypatch.setattr(address.socket, "getaddrinfo", answers)

    return lie


# Addresses that lead inside at once. A `{port}` is that of a listener on 127.0.0.1.

INSIDE = (
    "https://127.0.0.1:{port}/a.git",
    "https://127.1:{port}/a.git",
    "https://0x7f.0.0.1:{port}/a.git",
    "https://0177.0.0.01:{port}/a.git",
    "https://2130706433:{port}/a.git",
    "https://0.0.0.0:{port}/a.git",
    "https://localhost:{port}/a.git",
    "https://[::ffff:127.0.0.1]:{port}/a.git",
    "https://[::ffff:7f00:1]:{port}/a.git",
)
# Read as a place inside by some readers and not by others.
TWISTED = (
    "https://LOCALHOST.:{port}/a.git",
    "https://[::1]:{port}/a.git",
    "https://[::]:{port}/a.git",
    "https://[::1%25lo]:{port}/a.git",
    "https://[64:ff9b::7f00:1]:{port}/a.git",
    "https://\uff4cocalhost:{port}/a.git",
    "https://127\u30020\u30020\u30021:{port}/a.git",
    "https://git.example@127.0.0.1:{port}/a.git",
    "https://127.0.0.1:{port}\\@git.example/a.git",
    "https://127.0.0.1:{port}#@git.example/a.git",
    "https://127.0.0.1:{port}?@git.example/a.git",
    "https://127.0.0.1\t:{port}/a.git",
    "https:///127.0.0.1:{port}/a.git",
    "https:127.0.0.1:{port}/a.git",
    "http://127.0.0.1:{port}/a.git",
    "//127.0.0.1:{port}/a.git",
)
# Never sent anything to, with or without defences.
ELSEWHERE = (
    "169.254.169.254",
    "100.100.100.200",
    "10.0.0.1",
    "172.17.0.1",
    "192.168.1.1",
    "[fd00:ec2::254]",
    "[fe80::1]",
)


@pytest.mark.parametrize("url", INSIDE + TWISTED)
def test_address_that_leads_inside_is_refused_and_nobody_comes(campus, url):
    bait = campus.bait()
    assert campus.fault(url.format(port=bait.port)).id == "address_refused"
    assert bait.came == []


@pytest.mark.parametrize("url", INSIDE)
def test_address_leads_inside_when_nobody_looks_at_it(campus, url):
    campus.without_address()
    campus.without_cell()
    bait = campus.bait()
    campus.fault(url.format(port=bait.port))
    assert bait.came


@pytest.mark.parametrize("host", ELSEWHERE)
def test_metadata_and_private_addresses_are_refused(campus, host):
    assert campus.fault(f"https://{host}/latest/meta-data").id == "address_refused"


# Names.


@pytest.mark.parametrize("addresses", [[CLOSED], [OPEN, CLOSED], [CLOSED, OPEN], ["8.8.8.8", "10.0.0.1"], ["::1"]])
def test_name_with_any_answer_inside_is_refused(campus, answer, addresses):
    bait = campus.bait()
    answer("git.example", addresses)
    assert campus.fault(f"https://git.example:{bait.port}/a.git").id == "address_refused"
    assert bait.came == []


def test_name_with_an_answer_inside_is_followed_when_nobody_judges(campus, answer, monkeypatch):
    monkeypatch.setattr(Reach, "refusal", lambda *_: "")
    bait = campus.bait()
    answer("git.example", [CLOSED])
    campus.fault(f"https://git.example:{bait.port}/a.git")
    assert bait.came


@pytest.fixture
def rebinding(campus, answer):
    """(address, bait): a name that leads to the campus's host when it is checked, and inside when it is connected to.

    The name is one that this machine answers with 127.0.0.1 to whoever asks, and so to git.
    """
    head = git(campus.repository(), "rev-parse", "HEAD")
    for last in (False, False, False, True):  # the port has to be free on both addresses
        port = int(campus.serve().rpartition(":")[2])
        try:
            bait = campus.bait(port=port)
            break
        except OSError:
            if last:
                raise
    answer(NAME, [OPEN])
    return f"https://{NAME}:{port}/project.git", bait, head


def test_name_that_changes_its_answer_is_connected_to_where_we_looked(campus, rebinding):
    url, bait, head = rebinding
    assert campus.get(url).facts["commit"] == head
    assert bait.came == []


def test_name_that_changes_its_answer_leads_inside_without_the_pin(campus, rebinding, monkeypatch):
    url, bait, _ = rebinding
    plain = runner.environment
    monkeypatch.setattr(runner, "environment", lambda *given, **named: plain(*given, **named | {"pins": ()}))
    campus.fault(url)
    assert bait.came


def test_git_that_cannot_be_pinned_is_not_used(campus, rebinding, monkeypatch):
    url, bait, _ = rebinding
    folder = campus.folder / "bin"
    folder.mkdir()
    (folder / "git").write_text("#!/bin/sh\necho git version 2.34.1\n")
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    with pytest.raises(HostFault, match="git_too_old"):
        campus.get(url)
    assert bait.came == []


# Hosts that send on.


def sends_on(target, status=302, root=None):
    """A handler that redirects all to the target; a git host's, with `root`, that does so after the list of refs."""

    class Handler(*([git_host(root)] if root else []), BaseHTTPRequestHandler):
        def do_GET(self):
            if root and self.command == "GET":
                super().do_GET()
                return
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Location", f"{target}{self.path}")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET  # noqa: N815 - the standard library's name

        def log_message(self, *_):
            pass

    return Handler


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("later", [False, True])
def test_redirect_from_an_allowed_host_is_not_followed(campus, status, later):
    bait = campus.bait()
    campus.repository()
    url = campus.serve(sends_on(bait.url, status=status, root=campus.hosted if later else None))
    assert campus.fault(f"{url}/project.git").id == "repository_not_found"
    assert bait.came == []


def test_redirect_is_followed_without_the_setting_and_the_fence(campus):
    campus.without_setting(http__followRedirects="true")
    campus.without_cell()
    bait = campus.bait()
    campus.fault(f"{campus.serve(sends_on(bait.url))}/project.git")
    assert bait.came


def test_fence_alone_stops_a_redirect_to_another_port(campus):
    assert cell.landlock_version() >= 4, "this kernel cannot fence ports; the setting above stands alone"
    campus.without_setting(http__followRedirects="true")
    bait = campus.bait()
    campus.fault(f"{campus.serve(sends_on(bait.url))}/project.git")
    assert bait.came == []


# Further places that a server names for parts of a repository. Git asks them, whether it agreed to that or not.


def line(text):
    return b"%04x%s\n" % (len(text) + 5, text)


@pytest.fixture
def further(campus, request):
    """(address, bait): a host that says of a pack, asked or not, that the client finds it at another place."""
    folder, bait = campus.repository(), campus.bait()
    git(folder, "config", "uploadpack.blobPackfileUri", f"{'1' * 40} {'1' * 40} {bait.url}/pack")
    place = line(b"packfile-uris") + line(b"%s %s/pack" % (b"1" * 40, bait.url.encode())) + b"0001"

    class Handler(git_host(campus.hosted)):
        def answer(self, content):
            return content.replace(line(b"packfile"), place + line(b"packfile"), 1)

    return f"{campus.serve(Handler)}/project.git", bait


def test_further_places_that_a_server_names_are_not_asked(campus, further):
    url, bait = further
    campus.fault(url)
    assert bait.came == []


@pytest.mark.parametrize("left", ["programs", "fence", "nothing"])
def test_each_defence_alone_keeps_git_from_further_places(campus, further, left):
    url, bait = further
    if left != "programs":
        campus.without_programs()
    if left != "fence":
        campus.without_cell()
    campus.fault(url)
    assert bool(bait.came) == (left == "nothing")


def test_proxy_of_the_worker_does_not_resolve_a_strangers_name(campus, monkeypatch):
    bait = campus.bait()
    monkeypatch.setenv("https_proxy", f"http://{CLOSED}:{bait.port}")
    campus.repository()
    url = f"{campus.serve()}/project.git"
    assert campus.get(url).facts["files"] == 1
    assert bait.came == []
    plain = runner.environment
    monkeypatch.setattr(runner, "environment", lambda *given, **named: plain(*given, **named | {"direct": False}))
    campus.without_cell()
    campus.fault(url)
    assert b"CONNECT" in bait.came[0]


# The setting for campuses.


@pytest.mark.parametrize(
    ("setting", "found", "opened"),
    [
        ("", "10.20.0.5", False),
        ("git.campus.example", "10.20.0.5", True),
        ("GIT.campus.example , other", "10.20.0.5", True),
        ("git.campus.example", "fd12::5", True),
        ("campus.example", "10.20.0.5", False),
        ("git.campus.example", "127.0.0.1", False),
        ("git.campus.example", "169.254.169.254", False),
        ("git.campus.example", "100.100.100.200", False),
        ("10.20.0.0/16", "10.20.0.5", True),
        ("10.20.0.0/16", "10.21.0.5", False),
        ("10.20.0.0/16", "::ffff:10.20.0.5", True),
        ("10.20.0.0/16", "64:ff9b::a14:5", True),
    ],
)
def test_setting_opens_what_it_names_and_nothing_else(monkeypatch, setting, found, opened):
    monkeypatch.setenv("ASSAY_PRIVATE_HOSTS", setting)
    assert (Reach.from_environment().refusal("git.campus.example", found) == "") == opened


@pytest.mark.parametrize(
    "setting", ["git.campus.example;10.0.0.1", "https://git.campus.example", "10.20.0.1/16", "10.20"]
)
def test_setting_that_nobody_can_read_stops_the_fetch(campus, monkeypatch, setting):
    monkeypatch.setenv("ASSAY_PRIVATE_HOSTS", setting)
    assert campus.fault("https://10.20.0.5/a.git").id == "setting_invalid"


# Git itself taken over by what a server sent: a shell in its place tries the same.

TAKEN = """
try() {{ if "$@" >/dev/null 2>&1; then echo "$name"; fi; }}
name=file; try cat {file}
name=memory; try cat /proc/$PPID/environ
name=kill; try kill -0 {parent}
name=port; try bash -c 'exec 3<>/dev/tcp/{host}/{port}'
name=write; try touch {folder}/written
name=own; try touch own
"""


@pytest.fixture
def taken(campus, canary):
    """`taken()`: what a program reaches in git's place, its own folder ("own") among it."""

    def go(bait):
        script = TAKEN.format(file=canary.file, parent=os.getpid(), host=CLOSED, port=bait.port, folder=campus.shared)
        canary.file.chmod(0o600)
        with Scratch(campus.folder / "workspace", drop=True) as scratch:
            confined = Confinement(Path("/bin/bash"), scratch, file_bytes=1_000_000, ports=[443])
            done = subprocess.run(
                confined.command(["-c", script], 20, {}), cwd=scratch.work, capture_output=True, check=False, timeout=60
            )
        return set(done.stdout.decode().split())

    (campus.folder / "workspace").mkdir()
    return go


def test_git_that_was_taken_over_reaches_its_own_folder_only(campus, taken):
    bait = campus.bait()
    assert taken(bait) == {"own"}
    assert bait.came == []


@pytest.mark.parametrize("left", ["user", "fence", "nothing"])
def test_each_wall_of_the_cell_stops_its_part(campus, taken, monkeypatch, left):
    if left != "user":
        monkeypatch.setattr("sandbox.source.scratch.may_change_user", lambda: False)
    if left != "fence":
        monkeypatch.setattr(cell, "landlock_version", lambda: 0)
    bait = campus.bait()
    reached = taken(bait)
    everything = {"own", "file", "memory", "kill", "port", "write"}
    by_user = {"own", "port", "write"} if may_change_user() else everything
    assert reached == {"user": by_user, "fence": {"own"}, "nothing": everything}[left], json.dumps(sorted(reached))
