"""Attacks with archives of some kilobytes that unfold to more than may be written or held, and with their headers."""

import bz2
import gzip
import lzma
import stat
import struct
import tarfile
import tracemalloc
import zlib
from dataclasses import replace

import pytest

from sandbox.faults import SandboxError
from sandbox.limits import MIB, Limits
from sandbox.source import members
from tests.attacks.packing import FILE, tar, zipped
from tests.sandbox.sources import get

LIMITS = Limits(fetch_bytes=4 * MIB, fetch_file_bytes=2 * MIB, fetch_files=100, fetch_path_bytes=200, fetch_s=20)
# What the worker may hold of an archive in memory, whatever its headers say; the limits above allow 4 MiB of files.
HELD = 24 * MIB
SYMLINK = tarfile.SYMTYPE


def zeros(size, opened):
    def make(path):
        return tar(path, ("bomb", FILE, b"\0" * size), opened=opened)

    return make


def many_files(path):
    return tar(path, *((f"f{number}", FILE, b"") for number in range(1_000)), opened=gzip.open)


def many_folders(path):
    return tar(path, *((f"f{number}", tarfile.DIRTYPE, "") for number in range(1_000)), opened=gzip.open)


def many_links(path):
    return tar(path, *((f"f{number}", SYMLINK, "x") for number in range(1_000)), opened=gzip.open)


def deep(path):
    return tar(path, ("/".join("d" * 90), FILE, b"x"))


def padding(path):
    """No member at all, and zeros without end behind it."""
    with gzip.open(path, "wb") as out:
        out.write(b"\0" * 64 * MIB)
    return path


def huge_header(path, kind=tarfile.XHDTYPE):
    head = tarfile.TarInfo("head")
    head.type, head.size = kind, 64 * MIB
    with gzip.open(path, "wb") as out:
        out.write(head.tobuf(tarfile.GNU_FORMAT) + b"0" * 64 * MIB + b"\0" * 1024)
    return path


def huge_name(path):
    return huge_header(path, tarfile.GNUTYPE_LONGNAME)


def fields(path):
    """Headers that hold for all that follows, each with names of its own; the library keeps them all."""
    with gzip.open(path, "wb") as out:
        for number in range(40):
            text = b"".join(b"15 k%08d=x\n" % (number * 4_000 + field) for field in range(4_000))
            head = tarfile.TarInfo("fields")
            head.type, head.size = tarfile.XGLTYPE, len(text)
            out.write(head.tobuf() + text + b"\0" * (-len(text) % 512))
            out.write(tarfile.TarInfo(f"f{number}").tobuf())
        out.write(b"\0" * 1024)
    return path


def nested_headers(path):
    """Headers of headers of headers: the library reads each within the one before."""
    head = tarfile.TarInfo("head")
    head.type, head.size = tarfile.XHDTYPE, 512
    with gzip.open(path, "wb") as out:
        for _ in range(5_000):
            out.write(head.tobuf(tarfile.GNU_FORMAT) + b"8 a=b=c\n".ljust(512, b"\0"))
    return path


def sparse(path):
    """A file of 8 GiB of which nothing is in the archive."""
    head = tarfile.TarInfo("bomb")
    head.type, head.size = tarfile.GNUTYPE_SPARSE, 0
    block = bytearray(head.tobuf(tarfile.GNU_FORMAT))
    block[483:495] = b"%011o\0" % (8 * 1024**3)
    block[148:156] = b"%06o\0 " % (256 + sum(block[:148]) + sum(block[156:512]))
    path.write_bytes(bytes(block) + b"\0" * 1024)
    return path


def dictionary(path):
    """An xz stream that asks for 1.5 GiB to be unfolded in."""
    filters = [
        {"id": lzma.FILTER_LZMA2, "dict_size": 1_536 * MIB, "mode": lzma.MODE_FAST, "mf": lzma.MF_HC3, "nice_len": 4}
    ]
    small = [filters[0] | {"dict_size": 1 << 20}]
    packed = bytearray(lzma.compress(b"\0" * 10_240, filters=small))
    # The size of the dictionary is one byte of the block's header, which has a checksum of its own.
    block = 12
    size = (packed[block] + 1) * 4
    at = packed.index(bytes([0x21, 0x01]), block) + 2
    packed[at] = 37  # 3 << 29 bytes
    packed[block + size - 4 : block + size] = struct.pack("<I", zlib.crc32(bytes(packed[block : block + size - 4])))
    path.write_bytes(bytes(packed))
    return path


def overlapping(path):
    """A zip whose list names one member two hundred times."""
    one = zipped(path, ("f", stat.S_IFREG | 0o644, b"\0" * MIB)).read_bytes()
    start, end = one.index(b"PK\x01\x02"), one.index(b"PK\x05\x06")
    row = one[start:end]
    tail = bytearray(one[end:])
    tail[8:12] = struct.pack("<HH", 90, 90)
    tail[12:16] = struct.pack("<I", 90 * len(row))
    path.write_bytes(one[:start] + row * 90 + bytes(tail))
    return path


def long_list(path):
    """A zip whose end names a short list to who looks for the last end, and a long one to the library."""
    first = zipped(path, ("f", stat.S_IFREG | 0o644, b"")).read_bytes()
    first = first[: first.index(b"PK\x01\x02")]
    row = (
        b"PK\x01\x02" + struct.pack("<BBHHHHHIIIHHHHHII", 20, 3, 20, 0, 0, 0, 0x21, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"f"
    )
    rows = row * 90_000
    end = b"PK\x05\x06" + b"PK\x05\x06" + struct.pack("<HHIIH", 1, 1, len(rows), len(first), 0)
    path.write_bytes(first + rows + end)
    return path


BOMBS = (
    zeros(64 * MIB, gzip.open),
    zeros(64 * MIB, bz2.open),
    zeros(64 * MIB, lzma.open),
    many_files,
    many_folders,
    many_links,
    deep,
    padding,
    huge_header,
    huge_name,
    fields,
    nested_headers,
    sparse,
    dictionary,
    overlapping,
    long_list,
)
NAMED = [bomb.__name__ if bomb.__name__ != "make" else f"zeros-{number}" for number, bomb in enumerate(BOMBS)]


def held(path, tmp_path, limits=LIMITS):
    """(fault or "", most bytes that were held in memory at once)."""
    tracemalloc.start()
    try:
        get(path, tmp_path, limits=limits)
    except SandboxError as error:
        found = error.id
    else:
        found = ""
    finally:
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return found, most


@pytest.mark.parametrize("bomb", BOMBS, ids=NAMED)
def test_bomb_ends_at_the_limits_of_disk_and_memory(tmp_path, bomb):
    path = bomb(tmp_path / "bomb")
    assert path.stat().st_size < 12 * MIB
    found, most = held(path, tmp_path)
    assert found in {"source_too_large", "too_many_files", "path_too_long", "archive_invalid"}
    assert most < HELD
    written = [place for place in (tmp_path / "workspace").rglob("*") if place.is_file()]
    assert sum(place.stat().st_size for place in written) <= LIMITS.fetch_bytes
    assert len(written) <= LIMITS.fetch_files


WIDE = replace(LIMITS, fetch_bytes=256 * MIB, fetch_file_bytes=256 * MIB, fetch_files=1_000_000, fetch_depth=1_000)


@pytest.mark.parametrize("bomb", [BOMBS[0], many_files, deep], ids=["zeros", "files", "deep"])
def test_bomb_unfolds_under_wider_limits(tmp_path, bomb):
    found, _ = held(bomb(tmp_path / "bomb"), tmp_path, WIDE)
    facts = [place for place in (tmp_path / "workspace" / "tree").rglob("*") if place.is_file()]
    assert found == ""
    sizes = sum(place.stat().st_size for place in facts)
    assert sizes > LIMITS.fetch_bytes or len(facts) > LIMITS.fetch_files or bomb is deep


@pytest.mark.parametrize("bomb", [huge_header, huge_name])
def test_header_is_held_as_a_whole_without_the_bound(tmp_path, bomb, monkeypatch):
    monkeypatch.setattr(members, "CHUNK", 1024 * MIB)
    assert held(bomb(tmp_path / "bomb"), tmp_path, WIDE)[1] > 2 * HELD


def test_fields_are_held_without_the_bound(tmp_path, monkeypatch):
    monkeypatch.setattr(members, "MAX_GLOBAL_FIELDS", 10**9)
    assert held(fields(tmp_path / "bomb"), tmp_path)[1] > HELD


def test_list_of_a_zip_is_held_without_the_bound(tmp_path, monkeypatch):
    monkeypatch.setattr(members, "_list_bytes", lambda _: 0)
    assert held(long_list(tmp_path / "bomb"), tmp_path)[1] > HELD


def test_dictionary_is_asked_for_without_the_bound(tmp_path):
    path = dictionary(tmp_path / "bomb")
    with pytest.raises(lzma.LZMAError, match="limit"):
        lzma.LZMADecompressor(memlimit=members.XZ_BYTES).decompress(path.read_bytes())
    assert lzma.LZMADecompressor(memlimit=2_000 * MIB).decompress(path.read_bytes()) == b"\0" * 10_240
