"""Archives that an ADD unpacks are measured, and those with holes refused, whatever else their files hold."""

import io
import tarfile

import pytest

from sandbox.engine.unpacked import Unpacked, is_needed
from sandbox.faults import TeamFault
from sandbox.limits import MIB

WORDS = b"GNU.sparse.major"


def archive(path, *members, mode="w", headers=None):
    with tarfile.open(path, mode, format=tarfile.PAX_FORMAT, pax_headers=headers or {}) as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def look(path, limit=4 * MIB):
    Unpacked(limit, lambda: None).look(path, path.name)


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_file_that_speaks_of_holes_is_an_ordinary_file(tmp_path, mode):
    """The standard library's own tarfile.py does."""
    look(archive(tmp_path / "a.tar", ("tarfile.py", b"#" * 700 + WORDS + b"\n" * 700), mode=mode))


@pytest.mark.parametrize("before", range(300, 512, 30))
def test_extended_header_with_holes_is_refused_wherever_the_word_stands(tmp_path, before):
    path = archive(tmp_path / "a.tar", ("a", b"x"), headers={"comment": "c" * before, WORDS.decode(): "1"})
    with pytest.raises(TeamFault, match="archive_unreadable"):
        look(path)


def test_header_of_the_gnu_kind_is_refused_behind_a_false_extended_one(tmp_path):
    """What looks like an extended header in a file's data must not hide the real headers after it."""
    false = bytearray(tarfile.TarInfo("x").tobuf(format=tarfile.USTAR_FORMAT))
    false[156:157], false[124:136] = b"x", b"00000777777\0"
    holes = tarfile.TarInfo("holes")
    holes.type = tarfile.GNUTYPE_SPARSE
    path = archive(tmp_path / "a.tar", ("data", bytes(false)))
    whole = path.read_bytes().rstrip(b"\0")
    whole += bytes(-len(whole) % 512) + holes.tobuf(format=tarfile.GNU_FORMAT) + bytes(1024)
    path.write_bytes(whole)
    with pytest.raises(TeamFault, match="archive_unreadable"):
        look(path)


def test_what_is_too_large_altogether_is_refused(tmp_path):
    path = archive(tmp_path / "a.tar.gz", ("zeros", bytes(5 * MIB)), mode="w:gz")
    with pytest.raises(TeamFault, match="archive_too_large"):
        look(path)
    look(path, limit=8 * MIB)


def test_other_files_are_passed_over(tmp_path):
    for name, data in (("a.txt", b"text" * 500), ("empty", b""), ("a.zip", b"PK\x03\x04" + bytes(600))):
        (tmp_path / name).write_bytes(data)
        look(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "needed"), [("FROM a\nADD b /c\n", True), ("ONBUILD ADD a /b\n", True), ("COPY a b\n", False)]
)
def test_only_an_add_needs_the_look(text, needed):
    assert is_needed(text) is needed
