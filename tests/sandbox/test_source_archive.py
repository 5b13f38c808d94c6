"""Archives as people and programs make them, and as nobody should: what comes out, and that nothing gets out."""

import gzip
import io
import tarfile
import zipfile

import pytest

from sandbox.faults import Cancellation, Cancelled
from sandbox.limits import Limits
from tests.sandbox.sources import fault_of, get, git, make_repository


def tar(path, members, mode="w:gz"):
    """A tar archive of (name, content, mode) rows."""
    with tarfile.open(path, mode) as made:
        for name, content, permissions in members:
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), permissions
            made.addfile(member, io.BytesIO(content))
    return path


def zipped(path, members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as made:
        for name, content in members:
            made.writestr(name, content)
    return path


def names(snapshot):
    return sorted(path.relative_to(snapshot.root).as_posix() for path in snapshot.root.rglob("*") if path.is_file())


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar_loses_its_top_folder_and_keeps_modes(tmp_path, mode):
    path = tar(tmp_path / "a.tar", [("project/app.py", b"x", 0o644), ("project/run.sh", b"x", 0o755)], mode)
    snapshot = get(path, tmp_path)
    assert names(snapshot) == ["app.py", "run.sh"]
    assert (snapshot.root / "run.sh").stat().st_mode & 0o100
    assert not (snapshot.root / "app.py").stat().st_mode & 0o100


def test_archive_has_the_tree_id_that_git_gives(tmp_path):
    repository = make_repository(tmp_path / "repository")
    path = zipped(tmp_path / "a.zip", [("app.py", (repository / "app.py").read_text())])
    facts = get(path, tmp_path).to_json()
    assert facts["tree"] == git(repository, "rev-parse", "HEAD^{tree}")
    assert (facts["url"], facts["commit"], facts["committed_at"]) == ("a.zip", "", None)


def test_what_a_computer_leaves_in_an_archive_is_left_out(tmp_path):
    rows = [("project/app.py", "x"), ("__MACOSX/project/._app.py", "x"), ("project/.git/config", "[core]")]
    assert names(get(zipped(tmp_path / "a.zip", rows), tmp_path)) == ["app.py"]


def test_tar_that_holds_a_zip_is_read_as_a_tar(tmp_path):
    inner = zipped(tmp_path / "inner.zip", [("secret.py", "x")], zipfile.ZIP_STORED)
    path = tar(tmp_path / "a.tar", [("app.py", b"x", 0o644), ("data.zip", inner.read_bytes(), 0o644)], "w")
    assert names(get(path, tmp_path)) == ["app.py", "data.zip"]


@pytest.mark.parametrize("name", ["../out", "/abs", "a/../../out", "..\\out"])
def test_archive_that_leads_out_is_refused(tmp_path, name):
    assert fault_of(zipped(tmp_path / "a.zip", [(name, "x")]), tmp_path) == "archive_invalid"
    assert fault_of(tar(tmp_path / "a.tar", [(name, b"x", 0o644)], "w"), tmp_path) == "archive_invalid"
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "workspace" / "out").exists()


def with_member(path, kind, target):
    """A tar of project/app.py and a member of another kind."""
    with tarfile.open(path, "w") as made:
        member = tarfile.TarInfo("project/odd")
        member.type, member.linkname = kind, target
        made.addfile(member)
        member = tarfile.TarInfo("project/app.py")
        member.size = 1
        made.addfile(member, io.BytesIO(b"x"))
    return path


@pytest.mark.parametrize(("kind", "target"), [(tarfile.SYMTYPE, "app.py"), (tarfile.LNKTYPE, "project/app.py")])
def test_links_inside_are_left_out_and_named(tmp_path, kind, target):
    snapshot = get(with_member(tmp_path / "a.tar", kind, target), tmp_path)
    assert names(snapshot) == ["app.py"]
    assert snapshot.to_json()["symlinks"] == ["odd"]


def test_zip_with_a_link_inside_leaves_it_out(tmp_path):
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    snapshot = get(zipped(tmp_path / "a.zip", [("app.py", "x"), (link, "app.py")]), tmp_path)
    assert (names(snapshot), snapshot.to_json()["symlinks"]) == (["app.py"], ["link"])


def test_bombs_stop_at_the_limit(tmp_path):
    limits = Limits(fetch_file_bytes=1_000_000, fetch_bytes=2_000_000, fetch_files=100)
    zeros = b"\0" * 5_000_000
    assert fault_of(zipped(tmp_path / "a.zip", [("bomb", zeros)]), tmp_path, limits=limits) == "source_too_large"
    assert fault_of(tar(tmp_path / "a.tgz", [("bomb", zeros, 0o644)]), tmp_path, limits=limits) == "source_too_large"
    many = [(f"f{number}", "x") for number in range(101)]
    assert fault_of(zipped(tmp_path / "b.zip", many), tmp_path, limits=limits) == "too_many_files"
    halves = [(f"f{number}", "x" * 900_000) for number in range(3)]
    assert fault_of(zipped(tmp_path / "c.zip", halves), tmp_path, limits=limits) == "source_too_large"


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.SYMTYPE])
def test_header_that_unfolds_to_gigabytes_is_not_read(tmp_path, kind):
    head = tarfile.TarInfo("head")
    head.type, head.size = kind, 8 * 1024**3
    path = tmp_path / "a.tgz"
    with gzip.open(path, "wb") as out:
        out.write(head.tobuf(tarfile.GNU_FORMAT))
        for _ in range(64):
            out.write(b"\0" * 1024 * 1024)
    limits = Limits(fetch_bytes=1_000_000, fetch_files=10)
    assert fault_of(path, tmp_path, limits=limits) in {"source_too_large", "archive_invalid", "repository_empty"}


def test_path_longer_than_the_limit_is_said(tmp_path):
    path = zipped(tmp_path / "a.zip", [("a/" * 30 + "b", "x")])
    assert fault_of(path, tmp_path, limits=Limits(fetch_path_bytes=40)) == "path_too_long"


@pytest.mark.parametrize("rows", [[("a", "x"), ("a/b", "x")], [("a/b", "x"), ("a", "x")], [("n" * 300, "x")]])
def test_paths_that_no_disk_takes_are_said(tmp_path, rows):
    assert fault_of(zipped(tmp_path / "a.zip", rows), tmp_path) == "archive_invalid"


def damaged(content, at=-20):
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


def test_damaged_and_encrypted_archives_are_said(tmp_path):
    rows = [("app.py", bytes(range(256)) * 400, 0o644)]
    whole = tar(tmp_path / "a.tgz", rows).read_bytes()
    archive = zipped(tmp_path / "a.zip", [("app.py", "x" * 1000)], zipfile.ZIP_STORED).read_bytes()
    flagged = bytearray(archive)
    flagged[6] |= 1  # "encrypted", in the local header and in the directory
    flagged[archive.rindex(b"PK\x01\x02") + 8] |= 1
    for content in (whole[: len(whole) // 2], damaged(whole, -6), damaged(archive, 500), bytes(flagged), archive[:60]):
        path = tmp_path / "damaged"
        path.write_bytes(content)
        assert fault_of(path, tmp_path) == "archive_invalid"


@pytest.mark.parametrize("content", [b"", b"not an archive", b"\x1f\x8b", b"PK\x03\x04"])
def test_file_that_is_no_archive_is_said(tmp_path, content):
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    assert fault_of(path, tmp_path) == "archive_invalid"


def test_archive_without_a_file_is_said(tmp_path):
    assert fault_of(zipped(tmp_path / "a.zip", []), tmp_path) == "repository_empty"


def test_unpacking_looks_at_the_deadline_and_the_wish_to_stop(tmp_path):
    path = tar(tmp_path / "a.tgz", [("app.py", b"x" * 100_000, 0o644)])
    assert fault_of(path, tmp_path, limits=Limits(fetch_s=0)) == "fetch_timeout"
    wish = Cancellation()
    with pytest.raises(Cancelled):
        get(path, tmp_path, cancellation=wish, say=lambda _text, _fraction: wish.cancel())
