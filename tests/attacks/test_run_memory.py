"""Attacks of a running service with memory: its own, shared, in files that are in memory."""

from dataclasses import replace

import pytest

from sandbox.limits import MIB

TAKEN = 200 * MIB
# A child takes it, so that the one who tells is there afterwards. Every page is touched.
TAKE = """
import ctypes, json, mmap, os
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
piece, pieces = b"x" * (1 << 20), {pieces}
child = os.fork()
if child == 0:
    {how}
    os._exit(0)
print(json.dumps({{"ended": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}}))
"""
WAYS = {
    "anonymous": "kept = [bytearray(piece) for _ in range(pieces)]",
    "mapped": "area = mmap.mmap(-1, len(piece) * pieces)\n    for _ in range(pieces): area.write(piece)",
    "tmp": "with open('/tmp/bomb', 'wb') as file:\n        for _ in range(pieces): file.write(piece)",
    "dev-shm": "with open('/dev/shm/bomb', 'wb') as file:\n        for _ in range(pieces): file.write(piece)",
    "memfd": "file = os.memfd_create('bomb')\n    for _ in range(pieces): os.write(file, piece)",
    "system-v": (
        "number = libc.shmget(0, ctypes.c_size_t(len(piece) * pieces), 0o600)\n"
        "    ctypes.memset(libc.shmat(number, None, 0), 1, len(piece) * pieces)"
    ),
}


@pytest.fixture
def roomy(limits):
    """File systems in memory that would take the bomb, so that it is the memory limit that stops it."""
    return replace(limits, run_tmpfs_bytes=2 * TAKEN, run_shm_bytes=2 * TAKEN, run_writable_bytes=2 * TAKEN)


def bomb(way):
    return TAKE.format(how=WAYS[way], pieces=TAKEN // MIB)


@pytest.mark.parametrize("way", WAYS)
def test_memory_bomb_is_killed_at_the_memory_limit(attack, neighbour, roomy, way):
    report, service = attack(bomb(way), limits=roomy)
    # The kernel may choose the one who would tell: what lies in a file in memory counts for nobody in particular.
    assert report in ({}, {"ended": -9})
    assert service.state().oom_killed
    assert max(sample.memory_bytes for sample in service.samples()) <= roomy.run_memory_bytes


@pytest.mark.parametrize("way", WAYS)
def test_memory_bomb_gets_its_memory_without_the_limit(attack, undefended, roomy, way):
    undefended("HostConfig.Memory")
    undefended("HostConfig.MemorySwap")
    report, service = attack(bomb(way), limits=roomy)
    assert report["ended"] == 0
    assert not service.state().oom_killed
