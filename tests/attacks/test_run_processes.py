"""Attacks of a running service with processes: too many, those that do not end, those that nobody waits for."""

import os
import secrets
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from textwrap import dedent

import pytest

from tests.containers import run

FORKS = 200
FORK_BOMB = dedent(f"""
    import json, os, sys, time
    children = 0
    for _ in range({FORKS}):
        try:
            if os.fork() == 0:
                time.sleep(30)
                os._exit(0)
        except OSError:
            break
        children += 1
    print(json.dumps({{"children": children}}))
    os.killpg(0, 9)
""")


def test_fork_bomb_stops_at_the_process_limit(attack, neighbour, limits):
    report, _ = attack(FORK_BOMB)
    assert 0 < report["children"] < limits.run_pids


def test_fork_bomb_goes_off_without_the_process_limit(attack, undefended):
    undefended("HostConfig.PidsLimit")
    report, _ = attack(FORK_BOMB)
    assert report["children"] == FORKS


# Daemons: sessions of their own, deaf to every signal that can be ignored, with nobody above them.

DAEMONS = 3
DAEMON = dedent("""
    import os, signal, socket, sys, time
    for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(name, signal.SIG_IGN)
    time.sleep(120)
""")
LEAVE = dedent(f"""
    import os, subprocess, sys, time
    for _ in range({DAEMONS}):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execv(sys.executable, [sys.executable, "-c", {DAEMON!r}, os.environ["MARKER"]])
            os._exit(0)
        os.wait()
    print("left", flush=True)
    if os.environ.get("STAY"):
        time.sleep(120)
""")


def marked(marker):
    """Numbers of the processes of this machine, in whatever container, that have the marker as an argument."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if marker.encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
    return found


def until(condition, seconds=30.0):
    """Whether it came true in that time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def marker():
    return f"daemon-{secrets.token_hex(8)}"


def leave(pod, image, marker, stay=""):
    """A service that leaves daemons and ends, or stays; then the host has seen all of them."""
    service = pod.start("app", image, command=run(LEAVE), env={"MARKER": marker, "STAY": stay})
    assert not stay or until(lambda: len(marked(marker)) == DAEMONS)
    return service


def test_daemons_end_with_the_service_that_left_them(engine, python, evaluation, limits, marker):
    with engine.pod(evaluation, limits) as pod:
        service = leave(pod, python, marker)
        assert service.wait(30).exit_code == 0
        assert until(lambda: marked(marker) == [])


def test_daemons_survive_neither_a_restart_nor_the_pod(engine, python, evaluation, limits, marker):
    with engine.pod(evaluation, limits) as pod:
        service = leave(pod, python, marker, stay="yes")
        before = marked(marker)
        service.restart()
        assert until(lambda: len(marked(marker)) == DAEMONS)
        assert not set(before) & set(marked(marker))
        service.signal("SIGTERM")  # to which they are deaf
    assert marked(marker) == []
    assert [path for path in Path("/sys/fs/cgroup").glob(f"**/{service.id}*") if path.is_dir()] == []


def test_daemons_survive_without_a_container(marker):
    environment = {**os.environ, "MARKER": marker}
    subprocess.run([sys.executable, "-c", LEAVE], env=environment, check=True, stdout=subprocess.DEVNULL, timeout=30)
    try:
        assert until(lambda: len(marked(marker)) == DAEMONS)
    finally:
        for pid in marked(marker):
            os.kill(pid, signal.SIGKILL)


# Processes that have ended, and whose end nobody asks for.

ZOMBIES = 40
ORPHANS = dedent(f"""
    import json, os, pathlib, time
    for _ in range({ZOMBIES}):
        if os.fork() == 0:
            if os.fork() == 0:
                time.sleep(0.2)
            os._exit(0)
        os.wait()
    def states():
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                found.append(path.read_text().rpartition(")")[2].split()[0])
            except OSError:
                pass
        return found
    ends = time.monotonic() + 20
    while len(states()) - states().count("Z") > 3 and time.monotonic() < ends:
        time.sleep(0.1)
    ends = time.monotonic() + 3
    while "Z" in states() and time.monotonic() < ends:
        time.sleep(0.1)
    print(json.dumps({{"zombies": states().count("Z")}}))
""")


def test_orphans_that_end_are_reaped(attack, neighbour):
    report, _ = attack(ORPHANS)
    assert report == {"zombies": 0}


def test_orphans_stay_as_zombies_without_an_init(attack, undefended):
    undefended("HostConfig.Init", False)
    report, _ = attack(ORPHANS)
    assert report["zombies"] >= ZOMBIES // 2
