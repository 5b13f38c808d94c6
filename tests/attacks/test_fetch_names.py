"""Attacks with what a repository says: names of files, links, messages and authors, and trees without end."""

import os
from dataclasses import replace

import pytest

from sandbox.faults import SandboxError
from sandbox.limits import Limits
from sandbox.source import git as runner
from sandbox.source import history, links, listing, snapshot
from tests.sandbox.sources import ENVIRONMENT, commit, get, git

LIMITS = Limits(fetch_s=60)
TERMINAL, PLAIN = "\x1b]0;owned\x07\x1b[2J\u202eKim & \x1b[31mSam", "Kim & Sam"


@pytest.fixture
def folder(campus):
    return campus.repository()


@pytest.fixture
def url(campus, folder):
    return f"{campus.serve()}/project.git"


def fault(campus, url, limits=LIMITS):
    found = campus.fault(url, limits=limits)
    assert not (campus.folder / "workspace" / "tree" / "app.py").exists()
    return found


def tree(folder, *entries):
    """The id of a tree of (mode, kind, object, name) entries, whatever git thinks of the names."""
    made = b""
    for mode, _, identity, name in entries:
        made += mode.encode() + b" " + name + b"\0" + bytes.fromhex(identity)
    return git(folder, "hash-object", "-t", "tree", "-w", "--stdin", "--literally", stdin=made)


def publish(folder, identity):
    made = git(folder, "commit-tree", identity, "-m", "Tree")
    git(folder, "update-ref", "refs/heads/main", made)


def blob(folder, content=b"x"):
    return git(folder, "hash-object", "-w", "--stdin", stdin=content)


def of_files(folder, *names, content=b"x", mode="100644"):
    identity = blob(folder, content)
    publish(folder, tree(folder, *((mode, "blob", identity, name) for name in sorted(names))))


def linked(folder, **targets):
    """A commit of links."""
    rows = [("120000", "blob", blob(folder, to.encode()), name.encode()) for name, to in sorted(targets.items())]
    publish(folder, tree(folder, *rows))


# Names.

ODD = (
    b"a\nb",
    b"a\rb",
    b"a\x1b[31mb",
    b"d\xff\xfe",
    b"-rf",
    b"--help",
    b" f ",
    b":(top)app.py",
    b"*",
    b"!app.py",
    b'"quoted"',
    b"a\tb",
    b"back\\slash",
    b"$(touch mark)",
    "\u202egpj.exe".encode(),
    b"con",
    b"n" * 255,
)


def test_odd_names_survive_as_they_are_twice(campus, folder, url):
    of_files(folder, *ODD)
    found = campus.get(url)
    again = snapshot.Snapshot.reopen(found.facts, campus.folder / "workspace")
    for root in (found.root, again.root):
        assert {os.fsencode(place.name) for place in root.iterdir()} == set(ODD)
    snapshot.unpack(campus.folder / "workspace" / snapshot.ARCHIVE, campus.folder / "unpacked")
    assert {os.fsencode(place.name) for place in (campus.folder / "unpacked").iterdir()} == set(ODD)


GIT = (
    b".git",
    b".GIT",
    b".Git",
    b"git~1",
    b"GIT~2",
    b".git.",
    b".git ",
    b".git::$INDEX_ALLOCATION",
    ".g\u200cit".encode(),
)


@pytest.mark.parametrize("name", GIT)
def test_folder_that_some_system_reads_as_gits_own_is_refused(campus, folder, url, name):
    inner = tree(folder, ("100644", "blob", blob(folder, b"[core]\n"), b"config"))
    publish(folder, tree(folder, ("40000", "tree", inner, name)))
    assert fault(campus, url).id == "repository_invalid"


@pytest.mark.parametrize("name", [b".GIT", b"git~1", b".git::$INDEX_ALLOCATION", ".g\u200cit".encode()])
def test_such_a_folder_is_written_without_our_defences(campus, folder, url, name, monkeypatch):
    inner = tree(folder, ("100644", "blob", blob(folder, b"[core]\n"), b"config"))
    publish(folder, tree(folder, ("40000", "tree", inner, name)))
    campus.without_setting(transfer__fsckObjects="false", core__protectNTFS="false", core__protectHFS="false")
    monkeypatch.setattr(listing, "check_path", lambda *_: None)
    if name == b".GIT":  # git's own word against it cannot be taken back
        assert fault(campus, url).id == "repository_invalid"
    else:
        assert (campus.get(url).root / os.fsdecode(name) / "config").exists()


@pytest.mark.parametrize("name", [b"..", b".", b"", b"a/b", b"../victim"])
def test_name_that_is_a_way_is_refused(campus, folder, url, name):
    of_files(folder, name)
    assert fault(campus, url).id in {"repository_invalid", "repository_damaged"}


@pytest.mark.parametrize("name", [b"..", b"../victim"])
def test_name_that_is_a_way_is_refused_by_our_list_alone(campus, folder, url, name):
    of_files(folder, name)
    campus.without_setting(transfer__fsckObjects="false")
    assert fault(campus, url).title == "A file has an impossible name"


def test_name_that_comes_twice_is_refused(campus, folder, url):
    rows = [("100644", "blob", blob(folder, content), b"app.py") for content in (b"one", b"two")]
    publish(folder, tree(folder, *rows))
    assert fault(campus, url).id == "repository_invalid"


# Links.

FAR = "a/" * 2_000 + "../" * 2_001
LEAVING = {
    "absolute": {"link": "/etc/passwd"},
    "up": {"link": "../canary"},
    "hidden up": {"link": "a/../../canary"},
    "in two steps": {"a": "b/..", "b": ".", "link": "a/../canary"},
    "in many names": {"link": FAR[:4_000]},
}


@pytest.mark.parametrize("way", LEAVING)
def test_link_that_leaves_refuses_the_repository(campus, folder, url, way):
    linked(folder, **LEAVING[way])
    assert fault(campus, url).id == "symlink_leaves_tree"


@pytest.mark.parametrize("way", ["absolute", "up", "hidden up"])
def test_link_leads_to_the_canary_without_judgement_and_setting(campus, folder, url, way, monkeypatch):
    linked(folder, **LEAVING[way])
    monkeypatch.setattr(links, "leaves", lambda *_: False)
    assert not (campus.get(url).root / "link").is_symlink()
    campus.without_setting(core__symlinks="true")
    assert fault(campus, url).id == "fetch_subverted"  # and a third wall stands behind the two


class Counting(dict):
    """Links that count how often they are looked up."""

    looked = 0

    def get(self, *asked):
        self.looked += 1
        return super().get(*asked)


def test_thousands_of_links_to_one_long_target_end_soon(campus, folder, url, monkeypatch):
    to = "a/../" * 700 + "l00000"
    rows = [("120000", "blob", blob(folder, to.encode()), b"l%05d" % number) for number in range(500)]
    publish(folder, tree(folder, *rows))
    assert fault(campus, url).id == "symlink_leaves_tree"
    looked = []
    for bound in (links.MAX_PARTS, 10**9):
        monkeypatch.setattr(links, "MAX_PARTS", bound)
        asked = Counting({b"l00000": to.encode()})
        links.leaves(b"l00000", asked)
        looked.append(asked.looked)
    assert looked[0] <= 1_024
    assert looked[1] > 25 * looked[0]


def test_time_of_a_fetch_holds_while_links_are_followed(campus, folder, url, monkeypatch):
    rows = [("120000", "blob", blob(folder, b"x"), b"l%d" % number) for number in range(10)]
    publish(folder, tree(folder, *rows))
    run = runner.Git.run

    def late(git, *arguments, **options):
        found = run(git, *arguments, **options)
        if "cat-file" in arguments:
            git._ends = 0.0
        return found

    monkeypatch.setattr(runner.Git, "run", late)
    assert fault(campus, url).id == "fetch_timeout"


# Trees and files without end: some kilobytes that unfold to more than is counted, written or followed.


def test_tree_of_a_thousand_million_files_ends_at_the_count(campus, folder, url):
    entry = ("100644", "blob", blob(folder), b"")
    for _ in range(9):
        made = tree(folder, *((*entry[:3], b"f%02d" % number) for number in range(10)))
        entry = ("40000", "tree", made, b"")
    publish(folder, entry[2])
    assert fault(campus, url).id == "too_many_files"


@pytest.mark.parametrize(
    ("levels", "faults"),
    [
        (100, {"path_too_long"}),
        (5_000, {"path_too_long", "repository_invalid", "source_too_large"}),
    ],
)
def test_deep_tree_is_refused(campus, folder, url, levels, faults):
    stream = b"blob\nmark :1\ndata 1\nx\ncommit refs/heads/main\ncommitter K <k@example.org> 1700000000 +0000\ndata 0\n"
    stream += b"M 100644 :1 " + b"/".join([b"d"] * levels) + b"/f\n"
    git(folder, "fast-import", "--quiet", "--force", stdin=stream)
    assert fault(campus, url).id in faults


def test_deep_tree_is_written_under_a_wider_limit(campus, folder, url):
    place = folder.joinpath(*["d"] * 100)
    place.mkdir(parents=True)
    (place / "f").write_text("x")
    commit(folder)
    found = get(url, campus.folder, limits=replace(LIMITS, fetch_depth=200), allow_local=False)
    assert found.facts["files"] == 2


def test_file_of_zeros_is_refused_before_it_is_written_and_taken_under_a_wider_limit(campus, folder, url):
    (folder / "zeros").write_bytes(b"\0" * 30_000_000)
    commit(folder)
    small = replace(LIMITS, fetch_file_bytes=10_000_000)
    assert fault(campus, url, small).id == "source_too_large"
    assert campus.get(url).facts["bytes"] == 30_000_013


# Words.


def authored(folder, name, message):
    (folder / "new.py").write_text("x")
    variables = {"GIT_AUTHOR_NAME": name, "GIT_COMMITTER_NAME": name}
    raw = f"tree {git(folder, 'write-tree')}\nauthor {name} <a@b> 1700000000 +0000\ncommitter {name} <a@b> "
    raw += f"1700000000 +0000\n\n{message}\n"
    made = git(folder, "hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=raw.encode())
    git(folder, "update-ref", "refs/heads/main", made)
    return variables | ENVIRONMENT


def test_author_and_message_are_plain_in_the_facts(campus, folder, url, canary, monkeypatch):
    authored(folder, TERMINAL, TERMINAL * 100)
    facts = campus.get(url).facts
    assert facts["history"]["authors"] == [{"name": PLAIN, "commits": 1}]
    assert "\x1b" not in repr(facts)
    canary.check(facts)
    monkeypatch.setattr(history, "clean", lambda raw, **_: raw.decode())
    assert campus.get(url).facts["history"]["authors"][0]["name"] == TERMINAL


@pytest.mark.parametrize("moment", ["99999999999999999999", "-1", "0", "9223372036854775807"])
def test_commit_of_an_impossible_time_has_facts_or_is_refused(campus, folder, url, moment):
    raw = f"tree {git(folder, 'write-tree')}\nauthor A <a@b> {moment} +0000\ncommitter A <a@b> {moment} +9999\n\nx\n"
    made = git(folder, "hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=raw.encode())
    git(folder, "update-ref", "refs/heads/main", made)
    try:
        assert campus.get(url).facts["history"]["commits"] == 1
    except SandboxError as error:
        assert error.id == "repository_invalid"  # noqa: PT017 - either is right


def test_names_in_facts_are_plain(campus, folder, url):
    head = git(folder, "rev-parse", "HEAD")
    name = b"\x1b[31mred\xff\n"
    pointer = blob(folder, b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n")
    rows = [
        ("100644", "blob", pointer, name + b"a"),
        ("120000", "blob", blob(folder, b"x"), name + b"b"),
        ("160000", "commit", head, name + b"c"),
    ]
    publish(folder, tree(folder, *rows))
    facts = campus.get(url).facts
    assert (facts["lfs_pointers"], facts["symlinks"], facts["submodules"]) == tuple([letter] for letter in "abc")


def test_branch_with_a_command_for_the_terminal_is_no_branch(campus, folder, url):
    with pytest.raises(SandboxError, match="ref_not_found") as raised:
        campus.get(url, ref="main\x1b]0;owned\x07")
    assert raised.value.detail == "main"
