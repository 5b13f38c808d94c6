"""Attacks by git servers that never come to an end: too slow, too much, too often unfolded. All end by our limits."""

import os
import struct
import threading
import time
import zlib
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from sandbox.faults import Cancellation, Cancelled, SandboxError
from sandbox.limits import MIB, Limits
from sandbox.source import confinement, repository
from sandbox.source import git as runner
from sandbox.source.scratch import Scratch, free_id
from tests.sandbox.sources import get, git_host

LIMITS = Limits(fetch_s=60, fetch_bytes=8 * MIB, fetch_file_bytes=8 * MIB)
SHORT = replace(LIMITS, fetch_s=4)
WAIT_S = 60.0
HEAD = b"1" * 40


def packet(text):
    return b"%04x%s" % (len(text) + 4, text)


class Endless(BaseHTTPRequestHandler):
    """A git host up to the place where it never ends. Bounded all the same: each way gives up after some time."""

    def answer(self, content):
        """What git said, up to the pack."""
        before, section, _ = content.partition(packet(b"packfile\n"))
        self.wfile.write(before + section)
        if section:
            self.pack()
        return b""

    def pack(self):
        pass

    def begin(self, **more):
        self.send_response(200)
        self.send_header("Content-Type", "application/x-git-upload-pack-advertisement")
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def send(self, pieces):
        """Write the pieces, and note when the visitor is gone."""
        try:
            for piece in pieces:
                self.wfile.write(piece)
                SENT[0] += len(piece)
        except OSError:
            GONE.set()


FIRST = packet(b"# service=git-upload-pack\n") + b"0000" + packet(HEAD + b" HEAD\0shallow side-band-64k\n")
SENT, GONE = [0], threading.Event()
RANDOM = os.urandom(60_000)


def band(pieces, number=1):
    for piece in pieces:
        yield packet(bytes([number]) + piece)


class Drip(Endless):
    """A byte now and then: never silent, never done."""

    def do_GET(self):
        self.begin()
        self.send(self.slowly())

    def slowly(self):
        for byte in packet(b"# service=git-upload-pack\n") * 100:
            yield bytes([byte])
            time.sleep(0.2)


class Refs(Endless):
    """Names of branches without end."""

    def do_GET(self):
        self.begin()
        one = b"".join(packet(HEAD + b" refs/heads/%030d\n" % number) for number in range(2_000))
        self.send([FIRST, *[one] * 20_000])


class Pack(Endless):
    """A pack that never ends: one file of noise after the other."""

    def pack(self):
        self.send(band([b"PACK" + struct.pack(">II", 2, 1_000_000)]))
        noise = zlib.compress(RANDOM, 0)
        size = len(RANDOM)
        head = bytes([0xB0 | size & 15, 0x80 | size >> 4 & 127, size >> 11])
        stream = head + noise
        self.send(band(stream[at : at + 60_000] for _ in range(8_000) for at in range(0, len(stream), 60_000)))


class Bomb(Endless):
    """A pack of a few kilobytes that is one file of 8 GiB of zeros: it costs time, and no room."""

    def pack(self):
        size = 8 * 1024**3
        head = [0xB0 | size & 15]
        size >>= 4
        while size:
            head.append(size & 127 | 128)
            size >>= 7
        head[-1] &= 127
        self.send(band([b"PACK" + struct.pack(">II", 2, 1) + bytes(head)]))
        unfold = zlib.compressobj(9)
        self.send(band([unfold.compress(b"") + unfold.flush(zlib.Z_FULL_FLUSH)]))
        again = unfold.compress(bytes(16 * MIB)) + unfold.flush(zlib.Z_FULL_FLUSH)
        self.send(band([again] * 500))


class Chatter(Endless):
    """Messages for the person, without end."""

    def pack(self):
        self.send(band((b"\x1b[2Jwait\n" * 1_000 for _ in range(50_000)), 2))


class Unfolded(Endless):
    """An answer that unfolds to gigabytes before git sees any of it."""

    def do_GET(self):
        self.begin(Content_Encoding="gzip")
        unfold = zlib.compressobj(9, wbits=31)
        self.send([unfold.compress(FIRST) + unfold.flush(zlib.Z_FULL_FLUSH)])
        one = packet(HEAD + b" refs/heads/" + b"x" * 65_000) * 100
        again = unfold.compress(one) + unfold.flush(zlib.Z_FULL_FLUSH)
        self.send([again] * 1_000)


@pytest.fixture
def noted(monkeypatch):
    """The user that git was in each fetch."""
    SENT[0] = 0
    GONE.clear()
    users = []

    def note():
        users.append(free_id())
        return users[-1]

    monkeypatch.setattr("sandbox.source.scratch.free_id", note)
    return users


def left_over(users):
    """Processes of these users."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if place.stat().st_uid in users:
                found.append((place / "cmdline").read_bytes())
        except OSError:
            continue
    return found


ENDS = {
    Drip: ({"fetch_timeout"}, SHORT),
    Refs: ({"source_too_large", "repository_unreachable"}, LIMITS),
    Pack: ({"source_too_large"}, LIMITS),
    Bomb: ({"fetch_timeout"}, SHORT),
    Chatter: ({"source_too_large"}, LIMITS),
    Unfolded: ({"source_too_large", "repository_unreachable"}, LIMITS),
}


@pytest.fixture
def tight(monkeypatch):
    """Little memory for git, so that these attacks cost the machine little."""
    monkeypatch.setattr(confinement, "ADDRESS_SPACE_BYTES", 300 * MIB)
    monkeypatch.setattr(repository, "PACK_BYTES", 8 * MIB)


def endless(campus, server):
    campus.repository()
    return f"{campus.serve(type('Handler', (server, git_host(campus.hosted)), {}))}/project.git"


@pytest.mark.parametrize("server", ENDS)
def test_server_without_end_is_left(campus, noted, tight, server):
    faults, limits = ENDS[server]
    url = endless(campus, server)
    with pytest.raises(SandboxError) as raised:
        get(url, campus.folder, limits=limits, allow_local=False)
    assert raised.value.id in faults, raised.value.detail
    assert "\x1b" not in raised.value.detail
    assert GONE.wait(WAIT_S)
    assert left_over(noted) == []
    assert list((campus.folder / "workspace").iterdir()) == []
    assert campus.get(f"{campus.serve()}/project.git").facts["files"] == 1


@pytest.mark.parametrize("server", [Drip, Pack, Chatter])
def test_server_goes_on_as_long_as_nobody_looks(campus, noted, server, monkeypatch):
    """Without a deadline, the limit of a file and the look at what was written, it sends on until we cancel."""
    monkeypatch.setattr(Scratch, "exceeds", lambda *_: False)
    monkeypatch.setattr(runner, "SAID_BYTES", 1 << 28)
    monkeypatch.setattr(repository, "PACK_FACTOR", 1_000)
    wide = replace(LIMITS, fetch_s=3600)
    url, wish = endless(campus, server), Cancellation()
    enough = {Drip: 20, Chatter: 4 * MIB, Pack: 64 * MIB}[server]  # each above what ended it before

    def cancel():
        until = time.monotonic() + WAIT_S
        while SENT[0] < enough and time.monotonic() < until:
            time.sleep(0.05)
        wish.cancel()

    threading.Thread(target=cancel, daemon=True).start()
    with pytest.raises(Cancelled):
        get(url, campus.folder, limits=wide, allow_local=False, cancellation=wish)
    assert SENT[0] >= enough
    assert GONE.wait(WAIT_S)
    assert left_over(noted) == []
