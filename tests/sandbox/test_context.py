"""The build context: what is packed of a hostile tree, and which paths the ignore rules leave out."""

import io
import os
import tarfile
import time

import pytest

from sandbox.engine.context import DOCKERFILE, FIXED_TIME, ending, pack
from sandbox.engine.ignore import MAX_CHARACTERS, MAX_RULES, MAX_WILDCARDS, Ignore
from sandbox.faults import Cancellation, Cancelled


def packed(root, files=None, check=lambda: None):
    """(members by name, notes) of the context of a folder, without what we put beside it."""
    out = io.BytesIO()
    notes = pack(root, files or {}, out, check)
    out.write(ending("FROM x\n"))
    out.seek(0)
    with tarfile.open(fileobj=out, encoding="utf-8", errors="surrogateescape") as tar:
        members = {member.name: (member, tar.extractfile(member).read() if member.isreg() else None) for member in tar}
    assert members.pop(DOCKERFILE)[1] == b"FROM x\n"
    assert members.pop(".dockerignore")[1] == f"{DOCKERFILE}\n.dockerignore\n".encode()
    return members, notes


def test_pack_fixes_owner_time_and_mode(tmp_path):
    (tmp_path / "run.sh").write_text("#!/bin/sh\n")
    (tmp_path / "run.sh").chmod(0o700)
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "a.txt").write_text("a")
    members, notes = packed(tmp_path)
    assert notes == []
    assert {name: oct(member.mode) for name, (member, _) in members.items()} == {
        "run.sh": "0o755",
        "data": "0o755",
        "data/a.txt": "0o644",
    }
    assert {(member.uid, member.gid, member.mtime) for member, _ in members.values()} == {(0, 0, FIXED_TIME)}


def test_pack_is_the_same_bytes_for_the_same_tree(tmp_path):
    archives = []
    for name in ("one", "two"):
        root = tmp_path / name
        root.mkdir()
        for file in ("b", "a", "c"):
            (root / file).write_text(file)
            os.utime(root / file, (len(archives), len(archives)))
        out = io.BytesIO()
        pack(root, {}, out)
        archives.append(out.getvalue())
    assert archives[0] == archives[1]


def test_pack_skips_a_fifo_a_socket_and_a_device_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a").write_text("a")
    began = time.monotonic()
    members, notes = packed(tmp_path)
    assert time.monotonic() - began < 2
    assert set(members) == {"a"}
    assert notes == ["pipe was left out: it is neither a file nor a folder"]


@pytest.mark.parametrize("kind", ["fifo", "link", "endless"])
def test_pack_reads_no_ignore_file_but_a_plain_one(tmp_path, kind):
    path = tmp_path / ".dockerignore"
    if kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero" if kind == "endless" else "/etc/passwd")
    (tmp_path / "a").write_text("a")
    members, _ = packed(tmp_path)
    assert set(members) == {"a"}


def test_pack_keeps_links_that_stay_inside_as_links(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a").write_text("a")
    (tmp_path / "inside").symlink_to("data/a")
    (tmp_path / "data" / "up").symlink_to("../inside")
    (tmp_path / "absolute").symlink_to("/etc/passwd")
    (tmp_path / "above").symlink_to("../secret")
    (tmp_path / "data" / "far").symlink_to("../../etc")
    (tmp_path / "self").symlink_to("self")
    members, notes = packed(tmp_path)
    assert {name: member.linkname for name, (member, _) in members.items() if member.issym()} == {
        "inside": "data/a",
        "data/up": "../inside",
        "self": "self",
    }
    assert sorted(note.partition(" ")[0] for note in notes) == ["above", "absolute", "data/far"]


def test_pack_leaves_out_a_link_that_leaves_the_tree_through_another_link(tmp_path):
    root = tmp_path / "root"
    (root / "a" / "b").mkdir(parents=True)
    (tmp_path / "outside").write_text("secret")
    (root / "here").symlink_to("a/b")
    # As written it stays inside; resolved, "here" is two folders deep and ".." leads elsewhere.
    (root / "a" / "b" / "x").symlink_to("../../here/../../../outside")
    members, notes = packed(root)
    assert "a/b/x" not in members
    assert len(notes) == 1


def test_pack_never_walks_into_a_linked_folder(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("s")
    (root / "folder").symlink_to("../outside")
    assert packed(root)[0] == {}


def test_pack_survives_names_that_are_no_text(tmp_path):
    name = b"new\nline\xff\x1b[31m"
    (tmp_path / os.fsdecode(name)).write_bytes(b"x")
    members, _ = packed(tmp_path)
    assert [os.fsencode(member) for member in members] == [name]


def test_pack_adds_files_but_never_over_the_team_s(tmp_path):
    (tmp_path / "app.py").write_text("team")
    members, _ = packed(tmp_path, {"app.py": "ours", "assay/start.sh": "ours"})
    assert members["app.py"][1] == b"team"
    assert members["assay/start.sh"][1] == b"ours"


def test_pack_refuses_an_added_file_outside_the_context(tmp_path):
    with pytest.raises(ValueError, match="below the context"):
        packed(tmp_path, {"../x": ""})


def test_pack_stops_when_it_is_cancelled(tmp_path):
    (tmp_path / "a").write_text("a")
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(Cancelled):
        packed(tmp_path, check=cancellation.check)


def test_pack_leaves_out_what_the_tree_ignores_and_takes_back(tmp_path):
    (tmp_path / ".dockerignore").write_text("# comment\n\n*.log\nnode_modules\ndocs/*\n!docs/keep.md\n")
    for name in ("app.py", "x.log", "node_modules/a/b.js", "docs/a.md", "docs/keep.md", "sub/x.log"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    files = {name for name, (member, _) in packed(tmp_path)[0].items() if member.isreg()}
    assert files == {"app.py", "docs/keep.md", "sub/x.log"}


@pytest.mark.parametrize(
    ("rules", "path", "left_out"),
    [
        ("*.log", "a.log", True),
        ("*.log", "sub/a.log", False),
        ("**/*.log", "a.log", True),
        ("**/*.log", "sub/deep/a.log", True),
        ("**/*.log", "sub/alog", False),
        ("/build", "build", True),
        ("build/", "build/x/y", True),
        ("build", "rebuild", False),
        ("./a/../b", "b", True),
        ("**", "any/thing", True),
        ("a/**", "a/b/c", True),
        ("a/**", "a", False),
        ("a/**/z", "a/z", True),
        ("a/**/z", "a/b/c/z", True),
        ("a/**/z", "a/bz", False),
        ("**/__pycache__", "x/__pycache__/m.pyc", True),
        ("**/foo/bar", "x/foo/y/bar", False),
        ("foo**bar", "foo/x/bar", True),
        ("foo**bar", "fooxbar", False),
        ("?.py", "a.py", True),
        ("?.py", "ab.py", False),
        ("?/x", "//x", False),
        ("[a-c].py", "b.py", True),
        ("[^a-c].py", "b.py", False),
        ("[!a-c].py", "d.py", True),
        ("[ab", "[ab", True),
        (r"\*.py", "*.py", True),
        (r"\*.py", "a.py", False),
        ("*\n!keep", "keep", False),
        ("*\n!keep", "keep/inside", False),
        ("*\n!keep", "other/keep", True),
        ("!keep\n*", "keep", True),
        ("*\n!a\na/b", "a/b", True),
        ("#a", "#a", False),
        (".", "a", False),
        ("\ufeffa", "a", True),
        ("a*b*c", "a-b-b-c", True),
        ("a*b*c", "a-b-c-d", False),
    ],
)
def test_ignore_follows_the_documented_rules(rules, path, left_out):
    assert Ignore(rules).ignores(path) is left_out


CATASTROPHIC = ["*a" * 30 + "*b", "**/" * 60 + "b", "**/a/" * 60 + "b", "**a" * 40 + "b", "*" * 900 + "b"]


@pytest.mark.parametrize("pattern", CATASTROPHIC)
def test_ignore_answers_catastrophic_patterns_at_once(pattern):
    rules = Ignore(f"{pattern}\n" * 20)
    began = time.monotonic()
    for path in ("a" * 250, "a/" * 100 + "a", "a" * 249 + "b", "a/" * 100 + "b"):
        rules.ignores(path)
    assert time.monotonic() - began < 5


def test_ignore_passes_over_what_is_too_long_or_too_much():
    rules = Ignore("x" * (MAX_CHARACTERS + 1) + "\n" + "a\n" * (MAX_RULES + 2))
    assert len(rules.rules) == MAX_RULES
    assert len(rules.notes) == 3
    rules = Ignore("*a*b*c\n" * MAX_WILDCARDS)
    assert len(rules.rules) == MAX_WILDCARDS // 3


def test_ignore_costs_little_for_a_large_tree():
    rules = Ignore("*.pyc\n**/__pycache__\n.git\nnode_modules\n**/*.log\ndata/**/raw\n!data/keep\n")
    began = time.monotonic()
    for number in range(20_000):
        rules.bits(f"src/package{number % 100}/module_{number}.py")
    assert time.monotonic() - began < 3
