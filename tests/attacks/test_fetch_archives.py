"""Attacks with archives whose members get out of their folder, and with the names of members."""

import os
import re
import stat
import tarfile
from contextlib import suppress

import pytest

from sandbox.faults import SandboxError
from sandbox.source import archive, links
from tests.attacks.packing import FILE, tar, zipped
from tests.sandbox.sources import fault_of, get

# Members that get out: written through a link, through a name, or onto a device.

SYMLINK, HARD, DEVICE = tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE
OUT = {
    "link up": [("a/out", SYMLINK, "../.."), ("a/out/victim", FILE, b"owned")],
    "link to a place": [("out", SYMLINK, "{folder}"), ("out/victim", FILE, b"owned")],
    "link to a file": [("out", SYMLINK, "{folder}/victim"), ("out", FILE, b"owned")],
    "hard link": [("out", HARD, "{folder}/victim"), ("out", FILE, b"owned")],
    "hard link up": [("a/out", HARD, "../victim"), ("b", FILE, b"owned")],
    "links in a row": [
        ("a", SYMLINK, "."),
        ("a/b", SYMLINK, ".."),
        ("a/b/victim", FILE, b"owned"),
    ],
    "parent": [("../victim", FILE, b"owned")],
    "parent inside": [("a/b/../../../victim", FILE, b"owned")],
    "absolute": [("{folder}/victim", FILE, b"owned")],
}


@pytest.fixture
def victim(tmp_path):
    victim = tmp_path / "workspace" / "victim"
    victim.parent.mkdir()
    victim.write_text("untouched")
    return victim


def filled(rows, victim):
    return [
        (name.format(folder=victim.parent), kind, content.format(folder=victim.parent) if kind != FILE else content)
        for name, kind, content in rows
    ]


@pytest.mark.parametrize("way", OUT)
def test_tar_that_writes_outside_is_refused(tmp_path, victim, way):
    path = tar(tmp_path / "a.tar", *filled(OUT[way], victim))
    assert fault_of(path, tmp_path) in {"archive_invalid", "symlink_leaves_tree"}
    assert victim.read_text() == "untouched"


@pytest.mark.parametrize("way", [way for way in OUT if way != "hard link up"])
def test_tar_writes_outside_when_it_is_unpacked_as_it_says(tmp_path, victim, way):
    path = tar(tmp_path / "a.tar", *filled(OUT[way], victim))
    root = victim.parent / "tree"
    with tarfile.open(path) as opened:
        for member in opened:
            opened.extract(member, root, filter="fully_trusted")
    assert victim.read_text() == "owned"


@pytest.mark.parametrize("way", [way for way in OUT if OUT[way][0][1] == FILE])
def test_zip_that_writes_outside_is_refused_and_does_so_when_names_are_believed(tmp_path, victim, way, monkeypatch):
    rows = [(name, stat.S_IFREG | 0o644, content) for name, _, content in filled(OUT[way], victim)]
    path = zipped(tmp_path / "a.zip", *rows)
    assert fault_of(path, tmp_path) == "archive_invalid"
    assert victim.read_text() == "untouched"
    monkeypatch.setattr(archive, "_inside", lambda name, _: archive.PurePosixPath(name))
    with suppress(SandboxError):
        get(path, tmp_path)
    assert victim.read_text() == "owned"


@pytest.mark.parametrize("target", ["../victim", "/etc/passwd", "a/../../victim", "hop", "{far}"])
def test_zip_with_a_link_that_leaves_is_refused(tmp_path, victim, target, monkeypatch):
    rows = [("app.py", stat.S_IFREG | 0o644, "x"), ("hop2", stat.S_IFLNK | 0o777, "/etc")]
    path = zipped(
        tmp_path / "a.zip",
        *rows[: 2 if target == "hop" else 1],
        ("link", stat.S_IFLNK | 0o777, target.format(far="a/" * 2_000)),
    )
    assert fault_of(path, tmp_path) == "symlink_leaves_tree"
    monkeypatch.setattr(links, "leaves", lambda *_: False)
    snapshot = get(path, tmp_path)
    assert "link" in snapshot.facts["symlinks"]
    assert not (snapshot.root / "link").is_symlink()


ODD = {"device": tarfile.CHRTYPE, "disk": tarfile.BLKTYPE, "pipe": tarfile.FIFOTYPE}


@pytest.mark.parametrize("kind", ODD)
def test_devices_and_pipes_are_refused(tmp_path, kind):
    path = tar(tmp_path / "a.tar", ("app.py", FILE, b"x"), ("odd", ODD[kind], ""))
    assert fault_of(path, tmp_path) == "archive_invalid"
    assert not (tmp_path / "workspace" / "tree" / "odd").exists()
    modes = {"device": stat.S_IFCHR, "disk": stat.S_IFBLK, "pipe": stat.S_IFIFO}
    path = zipped(tmp_path / "a.zip", ("app.py", stat.S_IFREG | 0o644, "x"), ("odd", modes[kind] | 0o666, ""))
    assert fault_of(path, tmp_path) == "archive_invalid"


@pytest.mark.parametrize("kind", ["pipe"])
def test_pipe_is_made_when_the_archive_is_believed(tmp_path, kind):
    with tarfile.open(tar(tmp_path / "a.tar", ("odd", ODD[kind], ""))) as opened:
        opened.extract("odd", tmp_path / "tree", filter="fully_trusted")
    assert stat.S_ISFIFO((tmp_path / "tree" / "odd").lstat().st_mode)


def test_no_bit_but_the_owners_right_to_execute_survives(tmp_path):
    snapshot = get(tar(tmp_path / "a.tar", ("run", FILE, b"x")), tmp_path)
    assert stat.S_IMODE((snapshot.root / "run").stat().st_mode) == 0o755
    assert (snapshot.root / "run").stat().st_uid == os.geteuid()


@pytest.mark.parametrize("rows", [["a", "a"], ["a", "./a"], ["a", "b/../a"], ["a/b", "a//b"]])
def test_name_that_comes_twice_is_one_file_or_none(tmp_path, rows):
    path = tar(
        tmp_path / "a.tar", *((name, FILE, b"%d" % number) for number, name in enumerate(rows)), ("z", FILE, b"")
    )
    try:
        snapshot = get(path, tmp_path)
    except SandboxError as error:
        assert error.id == "archive_invalid"  # noqa: PT017 - either is right
        return
    assert (snapshot.facts["files"], snapshot.facts["bytes"]) == (2, 2)
    last = [place for place in snapshot.root.rglob("*") if place.is_file() and place.name != "z"]
    assert [place.read_bytes() for place in last] == [b"1"]


@pytest.mark.parametrize(
    "name", [".git/config", ".GIT/config", "git~1/config", ".git. /config", "a/.git/hooks/x", ".git"]
)
def test_folders_of_git_in_an_archive_are_left_out(tmp_path, name):
    rows = [("app.py", FILE, b"x"), (name, FILE, b"[core]\n\tfsmonitor = touch owned")]
    snapshot = get(tar(tmp_path / "a.tar", *rows), tmp_path)
    assert [place.name for place in snapshot.root.rglob("*") if place.is_file()] == ["app.py"]


def test_folder_of_git_is_written_when_nobody_leaves_it_out(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "GIT_FOLDER", re.compile(b"(?!)"))
    path = tar(tmp_path / "a.tar", ("app.py", FILE, b"x"), (".git/config", FILE, b"x"))
    assert (get(path, tmp_path).root / ".git" / "config").exists()


# Names.


@pytest.mark.parametrize(
    "name", [b"a\nb", b"a\x1b[31mb", b"-rf", b"d\xff\xfe", b" f ", b"*", "\u202ecod.exe".encode(), b"n" * 255]
)
def test_odd_names_survive_as_they_are(tmp_path, name):
    path = tar(tmp_path / "a.tar", (os.fsdecode(name), FILE, b"x"), ("z", FILE, b""))
    assert name in {os.fsencode(place.name) for place in get(path, tmp_path).root.iterdir()}


@pytest.mark.parametrize("name", ["a\\b", "..\\..\\victim", "C:\\victim", "n" * 256])
def test_names_that_mean_different_things_are_refused(tmp_path, name):
    assert fault_of(tar(tmp_path / "a.tar", (name, FILE, b"x")), tmp_path) == "archive_invalid"
    assert fault_of(zipped(tmp_path / "a.zip", (name, stat.S_IFREG | 0o644, "x")), tmp_path) == "archive_invalid"


def test_name_in_a_refusal_is_plain(tmp_path):
    with pytest.raises(SandboxError) as raised:
        get(tar(tmp_path / "a.tar", ("../\x1b]0;owned\x07\u202ename", FILE, b"x")), tmp_path)
    assert raised.value.detail == "../name"
