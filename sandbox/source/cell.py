"""The cell in which git works for a stranger's address: gives up what git does not need, starts it, ends all it left.

Runs alone, by its path, before git (`python cell.py SPECIFICATION git …`): standard library only. Git's own process
could be taken over by what a server sends; then it has no user of ours, no file of ours to read, one port to connect
to, and nobody outlives it. The specification is JSON:

uid       user and group to become, or null            limits    [[resource, value], …] of setrlimit
seconds   the latest end, also when nobody waits       parent    process that must still be there
landlock  {"read": [paths], "write": [paths], "connect": [ports] or null}, or null for no such fence
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import stat
import struct
import sys
import time
from typing import Any

# What git never ends with; the last line of standard error then says what could not be given up.
UNCONFINED = 125
END_S = 2.0
# Who waits for us ends us first, and says that the time is over; a git that was killed says nothing.
MARGIN_S = 5
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 36, 38
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
# Of the rights that each version of Landlock knows, how many there are for files; then for the network and beyond.
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
CONNECT_TCP, ALL_TCP, ALL_SCOPES = 1 << 1, 0b11, 0b11
# Rights that a rule for something that is no folder may name.
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE

_libc = ctypes.CDLL(None, use_errno=True)


def landlock_version() -> int:
    """The version of Landlock that this kernel offers; 0 without it."""
    return max(0, int(_libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), 1)))


def main(specification: dict[str, Any], command: list[str]) -> None:
    """Never returns: ends as git ended."""
    try:
        children = os.open(f"/proc/self/task/{os.getpid()}/children", os.O_RDONLY)
        _give_up(specification)
    except OSError as error:
        print(f"cell: {error}", file=sys.stderr, flush=True)
        os._exit(UNCONFINED)
    for number in (signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, lambda *_: _leave(children, signal.SIGKILL))
    signal.alarm(int(specification["seconds"]) + MARGIN_S)
    # After the user was changed, which would take it away. It may be too late for that already.
    _call(_libc.prctl, PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != specification["parent"]:
        os._exit(UNCONFINED)
    git = os.fork()
    if git == 0:
        # Python ignores these two; git ends at a closed pipe and at the largest file.
        for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTERM, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        try:
            # Only now: behind the fence nobody may signal or trace the cell itself.
            _fence(specification["landlock"])
            os.execv(command[0], command)  # noqa: S606 - the list is ours
        except OSError as error:
            print(f"cell: {error}", file=sys.stderr, flush=True)
        os._exit(UNCONFINED)
    status = 0
    while True:
        ended, status = os.waitpid(-1, 0)
        if ended == git:
            break
    _leave(children, os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, os.waitstatus_to_exitcode(status))


def _give_up(specification: dict[str, Any]) -> None:
    os.umask(0o022)
    # Whoever loses its parent becomes our child, so that leaving the process group is no way out.
    _call(_libc.prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for what, value in specification["limits"]:
        _, hard = resource.getrlimit(what)
        lowest = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (lowest, lowest))
    if (uid := specification["uid"]) is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    _call(_libc.prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _fence(fence: dict[str, Any] | None) -> None:
    if fence is None:
        return
    connect: list[int] | None = fence["connect"]
    version = landlock_version()
    everything = (1 << FILE_RIGHTS[min(version, max(FILE_RIGHTS))]) - 1
    network = ALL_TCP if version >= 4 and connect is not None else 0
    attributes = struct.pack("QQQ", everything, network, ALL_SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = _call(_libc.syscall, CREATE_RULESET, attributes, ctypes.c_size_t(size), 0)
    for paths, rights in (
        (fence["read"], EXECUTE | READ_FILE | READ_DIR),
        (fence["write"], everything & ~EXECUTE),
    ):
        for path in paths:
            with contextlib.suppress(FileNotFoundError):
                place = os.open(path, os.O_PATH | os.O_CLOEXEC)
                kept = rights if stat.S_ISDIR(os.fstat(place).st_mode) else rights & OF_A_FILE
                _call(_libc.syscall, ADD_RULE, rules, 1, struct.pack("=Qi", kept & everything, place), 0)
                os.close(place)
    for port in connect or () if network else ():
        _call(_libc.syscall, ADD_RULE, rules, 2, struct.pack("QQ", CONNECT_TCP, port), 0)
    _call(_libc.syscall, RESTRICT_SELF, rules, 0)


def _call(function: Any, *arguments: Any) -> int:
    result = int(function(*arguments))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def _leave(children: int, number: int, code: int = 0) -> None:
    """Kill what is left of us, grandchildren included, and end in the same way as git."""
    ends = time.monotonic() + END_S
    while time.monotonic() < ends and (left := os.pread(children, 65536, 0).split()):
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, 0)
    if number:
        signal.signal(number, signal.SIG_DFL) if number != signal.SIGKILL else None
        os.kill(os.getpid(), number)
    os._exit(code)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.argv[2:])
