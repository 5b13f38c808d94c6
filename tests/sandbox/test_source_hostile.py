"""Repositories and addresses made to harm: what they try never happens, and what is left is said."""

import os
import shutil
import socket

import pytest

from sandbox.faults import HostFault, TeamFault
from sandbox.limits import Limits
from sandbox.source import Snapshot, failures
from sandbox.source import repository as cloning
from sandbox.source.address import checked
from sandbox.source.reach import is_public
from tests.sandbox.sources import commit, fault_of, get, git, make_repository


@pytest.fixture
def repository(tmp_path):
    return make_repository(tmp_path / "repository")


@pytest.mark.parametrize("target", ["app.py", "sub/../app.py", ".git/config", "link", "nothing"])
def test_links_inside_become_text_and_are_named(repository, tmp_path, target):
    (repository / "link").symlink_to(target)
    commit(repository)
    snapshot = get(repository, tmp_path)
    assert snapshot.to_json()["symlinks"] == ["link"]
    assert not (snapshot.root / "link").is_symlink()
    assert (snapshot.root / "link").read_text() == target


def test_names_with_newlines_escapes_and_broken_text_survive_twice(repository, tmp_path):
    names = {b"a\nb", b"c\x1b[31m", b"d\xff", b"-e", b" f "}
    for name in names:
        (repository / os.fsdecode(name)).write_bytes(b"x")
    commit(repository)
    snapshot = get(repository, tmp_path)
    shutil.rmtree(snapshot.root)
    again = Snapshot.reopen(snapshot.to_json(), tmp_path / "workspace")
    assert names | {b"app.py"} == {os.fsencode(path.name) for path in again.root.iterdir()}


def test_hooks_filters_and_monitors_of_a_folder_never_run(repository, tmp_path):
    canary = tmp_path / "canary"
    (repository / ".gitattributes").write_text("*.py filter=evil\n")
    commit(repository)
    for name in ("post-checkout", "post-index-change", "reference-transaction"):
        hook = repository / ".git" / "hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch {canary}\n")
        hook.chmod(0o755)
    for key in ("core.fsmonitor", "filter.evil.clean", "filter.evil.smudge", "uploadpack.packObjectsHook"):
        git(repository, "config", key, f"touch {canary}; cat")
    (repository / "app.py").write_text("print('changed')\n")
    canary.unlink(missing_ok=True)
    assert get(repository, tmp_path).to_json()["dirty"] is True
    assert not canary.exists()


def nested_trees(folder, levels, names):
    """A tree of `names` names in each of `levels` levels, all of one blob: names ** levels files in a few kilobytes."""
    entry = f"100644 blob {git(folder, 'hash-object', '-w', '--stdin', stdin=b'x')}"
    for _ in range(levels):
        lines = "".join(f"{entry}\tf{number:02}\n" for number in range(names))
        entry = f"040000 tree {git(folder, 'mktree', stdin=lines.encode())}"
    return entry.split()[-1]


def commit_tree(folder, tree):
    made = git(folder, "commit-tree", tree, "-m", "Tree")
    git(folder, "update-ref", "refs/heads/main", made)


def test_tree_bomb_ends_at_the_count(repository, tmp_path):
    commit_tree(repository, nested_trees(repository, levels=9, names=10))
    assert fault_of(repository, tmp_path, limits=Limits(fetch_s=30)) == "too_many_files"


@pytest.mark.parametrize("name", [".git", ".GIT", "git~1"])
def test_tree_with_a_git_folder_of_its_own_is_refused(repository, tmp_path, name):
    blob = git(repository, "hash-object", "-w", "--stdin", stdin=b"[core]\n")
    inner = git(repository, "mktree", stdin=f"100644 blob {blob}\tconfig\n".encode())
    commit_tree(repository, git(repository, "mktree", stdin=f"040000 tree {inner}\t{name}\n".encode()))
    assert fault_of(repository, tmp_path) == "repository_invalid"
    assert not (tmp_path / "workspace" / "tree" / name).exists()


def test_history_larger_than_the_limit_stops_while_it_comes(repository, tmp_path, monkeypatch):
    monkeypatch.setattr(cloning, "PACK_BYTES", 1_000_000)
    (repository / "model.bin").write_bytes(os.urandom(6_000_000))
    commit(repository)
    (repository / "model.bin").unlink()
    commit(repository)
    assert fault_of(repository, tmp_path, limits=Limits(fetch_bytes=1_000_000)) == "source_too_large"


@pytest.mark.parametrize(
    "source",
    [
        "ext::sh -c touch% canary",
        "--upload-pack=touch canary",
        "-u",
        "",
        "ssh://git@example.org/a.git",
        "git://example.org/a.git",
        "git@example.org:team/a.git",
        "example.org/team/project",
        "https://token@example.org/a.git",
        "https://:secret@example.org/a.git",
        "https://exa\nmple.org/a.git",
        "https://[::1]:x/a",
        "https://",
    ],
)
def test_addresses_that_name_programs_or_secrets_are_refused(tmp_path, source, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert fault_of(source, tmp_path) == "address_refused"
    assert not (tmp_path / "canary").exists()


def test_short_ssh_address_gets_its_https_form(tmp_path):
    with pytest.raises(TeamFault) as raised:
        get("git@example.org:team/a.git", tmp_path)
    assert raised.value.fix == "Give the https address: https://example.org/team/a.git."


@pytest.mark.parametrize(
    "source",
    [
        "http://example.org/a.git",
        "https://127.0.0.1/a.git",
        "https://[::1]/a.git",
        "https://169.254.169.254/a",
        "https://10.0.0.1/a",
        "https://0x7f000001/a",
        "file:///etc",
        "/etc",
    ],
)
def test_strangers_reach_neither_folders_nor_private_addresses(tmp_path, source):
    assert fault_of(source, tmp_path, allow_local=False) == "address_refused"


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
        ("::10.0.0.1", False),
        ("::ffff:0:10.0.0.1", False),
        ("64:ff9b:1::a00:1", False),
        ("2001:0:a00:1::", False),
        ("2606:4700::5efe:a00:1", False),
        ("fec0::1", False),
        ("5f00::1", False),
        ("192.88.99.1", False),
        ("198.18.0.1", False),
        ("168.63.129.16", False),
        ("fd00:ec2::254", False),
        ("64:ff9b::808:808", True),
        ("::ffff:8.8.8.8", True),
    ],
)
def test_public_addresses_are_told_from_wrapped_private_ones(address, public):
    assert is_public(address) == public


def test_checked_address_is_spelt_without_fragment():
    assert checked("https://example.org:8443/a.git#x", only_public=False).url == "https://example.org:8443/a.git"


def test_stranger_is_pinned_to_the_address_that_was_looked_at():
    # The numbers of an address are nobody's to answer; the address is spelt in the one way that all readers share.
    found = checked("https://0x08080808/a.git", only_public=True)
    assert (found.url, found.pins, found.direct) == ("https://8.8.8.8/a.git", (), True)


@pytest.mark.parametrize(("number", "kind"), [(socket.EAI_NONAME, TeamFault), (socket.EAI_AGAIN, HostFault)])
def test_name_that_does_not_exist_is_told_from_a_network_that_is_gone(number, kind):
    assert type(failures.unresolved("example.org", socket.gaierror(number, "said"))) is kind


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("fatal: could not read Username for 'https://x': terminal prompts disabled", "repository_private"),
        ("error: RPC failed; HTTP 503\nfatal: The requested URL returned error: 503", "repository_unreachable"),
        ("fatal: unable to access 'https://x/': Failed to connect to x port 443", "repository_unreachable"),
        ("fatal: unable to access 'https://x/': SSL certificate problem: expired", "repository_unreachable"),
        ("fatal: unable to access 'https://x/': The requested URL returned error: 404", "repository_not_found"),
        ("fatal: write error: No space left on device", "disk_full"),
        ("fatal: unable to access 'https://x/': Couldn't connect: Network is unreachable", "network_unreachable"),
        ("error: index-pack died of signal 25", "source_too_large"),
        ("fatal: something nobody has seen yet", "repository_not_found"),
    ],
)
def test_words_of_git_become_the_fault_that_helps(said, fault):
    assert failures.of_clone(said, "https://x/a.git", "").id == fault
