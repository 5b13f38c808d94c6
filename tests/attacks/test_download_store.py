"""Attacks on the store of downloads itself: its bounds, what it evicts, and the names that it takes."""

import hashlib
import os
import re

import pytest

from tests.package_index import Door, Index, wheel
from tests.sandbox.test_inside import load

load("downloads_store")
import downloads_store as store  # noqa: E402 - a script that runs inside, as its neighbours find it


def sha256(body):
    return f"sha256-{hashlib.sha256(body).hexdigest()}"


@pytest.fixture
def index():
    with Index() as index:
        yield index


def test_store_keeps_its_bound(index, tmp_path):
    files = dict(wheel(f"p{number}", text=os.urandom(300_000).hex()) for number in range(6))
    index.project("many", files)
    with Door(tmp_path, index, bytes=2_000_000) as door:
        for name, body in files.items():
            assert door.file("many", name)[1] == body
        assert sum(path.stat().st_size for path in door.store.rglob("*") if path.is_file()) <= 2_000_000
        assert sha256(list(files.values())[-1]) in door.kept()


def put(kept, body):
    name = sha256(body)
    copy = kept.begin(name)
    copy.write(body)
    copy.keep()
    return name


def test_eviction_takes_the_oldest_and_never_what_is_in_use(tmp_path):
    kept = store.Store(tmp_path, 5_000_000, floor=0)
    names = [put(kept, bytes([number]) * 1_000_000) for number in range(4)]
    for age, name in zip((400, 300, 200, 100), names, strict=True):
        os.utime(kept.path(name), (age, age))
    other = store.Store(tmp_path, 5_000_000, floor=0)  # another build's process
    with kept.open(names[1]) as reading:  # and it is the newest now
        os.utime(reading.fileno(), (50, 50))
        with pytest.raises(store.NoRoom):
            other.make_room(4_500_000)
        assert kept.path(names[1]).exists()
        assert not any(kept.path(name).exists() for name in (names[0], names[2], names[3]))
        assert reading.read() == bytes([1]) * 1_000_000
    other.make_room(4_500_000)
    assert not kept.path(names[1]).exists()


def test_oldest_goes_first(tmp_path):
    kept = store.Store(tmp_path, 3_500_000, floor=0)
    names = [put(kept, bytes([number]) * 1_000_000) for number in range(3)]
    for age, name in zip((200, 300, 100), names, strict=True):
        os.utime(kept.path(name), (age, age))
    kept.open(names[2]).close()  # a use makes it young
    kept.make_room(1_000_000)
    assert [kept.path(name).exists() for name in names] == [False, True, True]


def test_full_disk_keeps_its_floor(tmp_path):
    kept = store.Store(tmp_path, 5_000_000, floor=2**60)
    with pytest.raises(store.NoRoom):
        kept.make_room(1)


@pytest.mark.parametrize("name", ["", "..", "../x", "sha256-", f"sha256-{'A' * 64}", f"sha1-{'0' * 40}", "sha256-\n"])
def test_store_knows_no_names_but_hashes(tmp_path, name):
    kept = store.Store(tmp_path, 1_000_000, floor=0)
    for ask in (kept.open, kept.begin, kept.open_partial):
        with pytest.raises(ValueError, match=re.escape(name) or "^$"):
            ask(name)
