"""Attacks of a running service with the disk: bytes, names, and what does not show in either."""

from dataclasses import replace

import pytest

from sandbox.engine import layer
from sandbox.engine.watch import Watch
from sandbox.faults import HostFault
from sandbox.limits import MIB
from tests.containers import build, run

WRITTEN = 80 * MIB  # the limit is 32 MiB
FILES = 3_000
ATTEMPT = """
import ctypes, errno, json, os, time
libc = ctypes.CDLL(None, use_errno=True)
piece, pieces, names = b"x" * (1 << 20), {pieces}, {names}
try:
    {how}
    time.sleep({rest})
    print(json.dumps({{"stopped": "", "done": True}}))
except OSError as error:
    print(json.dumps({{"stopped": errno.errorcode[error.errno], "done": False}}))
"""
# What fills the layer and is stopped by the watch, in any number of files.
WATCHED = {
    "files": "for n in range(pieces): open(f'/flood-{n}', 'wb').write(piece)",
    "unlinked": (
        "held = []\n    for n in range(pieces):\n        file = open('/held', 'wb'); os.unlink('/held')\n"
        "        file.write(piece); file.flush(); held.append(file)"
    ),
    "mapped": (
        "import mmap; held = []\n    for n in range(pieces):\n        file = open('/held', 'w+b'); os.unlink('/held')\n"
        "        file.write(piece); file.flush(); held.append(mmap.mmap(file.fileno(), 4096)); file.close()"
    ),
    "names": "for n in range(names): os.close(os.open(f'/name-{n}', os.O_CREAT | os.O_WRONLY))",
    "folders": "for n in range(names): os.mkdir(f'/folder-{n}')",
    "links": "open('/one', 'w').close()\n    for n in range(names): os.link('/one', f'/link-{n}')",
    "depth": "for n in range(400): os.mkdir('d'); os.chdir('d')",
}


def attempt(how, rest=0):
    return ATTEMPT.format(how=how, pieces=WRITTEN // MIB, names=FILES, rest=rest)


@pytest.fixture
def few_names(limits):
    return replace(limits, run_writable_files=1_000)


@pytest.fixture
def unwatched(monkeypatch):
    """Nobody looks at the writable layer."""
    monkeypatch.setattr(Watch, "_judge", lambda *_: None)


@pytest.mark.parametrize("way", WATCHED)
def test_writable_layer_that_is_filled_ends_the_service(attack, neighbour, few_names, way):
    report, service = attack(attempt(WATCHED[way], rest=50), limits=few_names)
    assert report == {}
    assert service.state().killed == "disk"


@pytest.mark.parametrize("way", WATCHED)
def test_writable_layer_is_filled_when_nobody_watches(attack, unwatched, few_names, way):
    report, service = attack(attempt(WATCHED[way]), limits=few_names)
    assert report == {"stopped": "", "done": True}
    assert service.state().killed == ""


ONE_FILE = "file = open('/one', 'wb')\n    for _ in range(pieces): file.write(piece)"


def test_one_file_ends_at_the_limit_of_a_file(attack, neighbour):
    report, _ = attack(attempt(ONE_FILE))
    assert report["stopped"] == "EFBIG"


def test_one_file_grows_without_the_limit_of_a_file(attack, unwatched, undefended):
    undefended("HostConfig.Ulimits")
    report, _ = attack(attempt(ONE_FILE))
    assert report["done"]


# A reservation beyond the end of a file: at once, and in no figure that adds up lengths.
RESERVE = """
file = os.open('/reserved', os.O_CREAT | os.O_RDWR)
    if libc.fallocate(file, 1, ctypes.c_long(0), ctypes.c_long(pieces << 20)):
        raise OSError(ctypes.get_errno(), '')
    assert os.fstat(file).st_size == 0 and os.fstat(file).st_blocks * 512 >= pieces << 20"""


def test_reserving_blocks_is_not_possible(attack, neighbour):
    report, _ = attack(attempt(RESERVE.strip()))
    assert report["stopped"] in ("EOPNOTSUPP", "ENOTSUP")  # two names of one number


def test_reserving_blocks_takes_them_at_once_without_the_filter(attack, unwatched, undefended):
    undefended("HostConfig.SecurityOpt", ["no-new-privileges", "seccomp=unconfined"])
    report, _ = attack(attempt(RESERVE.strip()))
    assert report["done"]


def test_reserved_blocks_are_seen_by_the_watch_all_the_same(attack, undefended):
    undefended("HostConfig.SecurityOpt", ["no-new-privileges", "seccomp=unconfined"])
    report, service = attack(attempt(RESERVE.strip(), rest=50))
    assert (report, service.state().killed) == ({}, "disk")


# File systems in memory.

BYTES = "for n in range(12): open(f'{place}/{{n}}', 'wb').write(piece)"
NAMES = "for n in range(17_000): os.close(os.open(f'{place}/{{n}}', os.O_CREAT | os.O_WRONLY))"
FILLINGS = {
    f"{what} in {place}": text.replace("{place}", place).replace("{{n}}", "{n}")
    for place in ("/tmp", "/dev/shm", "/data")
    for what, text in (("bytes", BYTES), ("names", NAMES))
}


@pytest.fixture
def with_volume(engine, evaluation, python_image, tmp_path):
    """An image that declares a volume, which the engine would put on the host's disk and leave there."""
    image, _ = build(engine, evaluation, tmp_path, f"FROM {python_image}\nVOLUME /data\n", trusted=True)
    return image


@pytest.mark.parametrize("filling", FILLINGS)
def test_file_system_in_memory_is_full_at_its_size(attack, neighbour, with_volume, limits, filling):
    small = replace(limits, run_shm_bytes=limits.run_tmpfs_bytes)
    report, _ = attack(attempt(FILLINGS[filling]), image=with_volume, limits=small)
    assert report["stopped"] == "ENOSPC"


@pytest.mark.parametrize("filling", FILLINGS)
def test_file_system_takes_more_without_the_line(attack, undefended, unwatched, with_volume, filling):
    undefended("HostConfig.Tmpfs", {})
    report, _ = attack(attempt(FILLINGS[filling]), image=with_volume)
    assert report["done"]


# Files of the engine on the host's disk that are mounted into every container.

HOSTS = "for path in ('/etc/hosts', '/etc/hostname', '/etc/resolv.conf'): open(path, 'ab').write(piece)"


def test_files_of_the_engine_cannot_be_written(attack):
    report, _ = attack(attempt(HOSTS))
    assert report["stopped"] == "EROFS"


def test_files_of_the_engine_grow_unseen_without_the_line(attack, undefended):
    undefended("HostConfig.ReadonlyPaths", [])
    report, service = attack(attempt(HOSTS, rest=2))
    assert report["done"]
    assert service.samples()[-1].writable_bytes == 0


def test_reserve_decides_what_is_nearly_full(monkeypatch, tmp_path):
    assert not layer.is_nearly_full(tmp_path)
    monkeypatch.setattr(layer, "RESERVE_BYTES", 1 << 60)
    assert layer.is_nearly_full(tmp_path)


def test_disk_that_is_nearly_full_is_our_fault_and_stops_the_service(engine, python, evaluation, limits, monkeypatch):
    with engine.pod(evaluation, limits) as pod:
        service = pod.start("app", python, command=run("import time; time.sleep(60)"))
        mine = layer.folder_of(engine.api.inspect(service.id))
        monkeypatch.setattr(layer, "is_nearly_full", lambda folder: folder == mine)
        with pytest.raises(HostFault, match="disk_full"):
            service.wait(30)
        service._watch.close()
        assert not engine.api.inspect(service.id)["State"]["Running"]
