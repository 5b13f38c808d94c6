"""Attacks of a build step on the machine: processes, memory, disk, files, log, time; and what is left after them."""

import json
import os
from dataclasses import replace
from textwrap import dedent
from types import SimpleNamespace

import pytest

from sandbox.engine import BuildFailed, layer
from sandbox.engine import build as build_module
from sandbox.engine.buildgroup import PREFIX
from sandbox.engine.buildsteps import build_steps
from sandbox.engine.cgroup import ROOT
from sandbox.faults import HostFault, TeamFault
from sandbox.limits import MIB
from tests.attacks.conftest import last_report
from tests.attacks.test_run_processes import FORK_BOMB, FORKS
from tests.containers import build

MEMORY_BOMB = "held = [bytearray(1 << 20) for _ in range(400)]; print('{\"held\": 400}')"
DISK_FILL = dedent("""
    import os, time
    for number in range(3):
        with open(f"/fill{number}", "wb") as file:
            for _ in range(32):
                file.write(os.urandom(1 << 20))
    print('{"written": 96}', flush=True)
    time.sleep(20)
""")
FILE_FILL = dedent("""
    import os, time
    os.mkdir("/many")
    for number in range(3_000):
        os.close(os.open(f"/many/{number}", os.O_CREAT))
    print('{"made": 3000}', flush=True)
    time.sleep(20)
""")
LOG_FLOOD = "import sys\nfor _ in range(40): sys.stdout.write('x' * (1 << 20))\n"
DAEMON = dedent("""
    import os, time
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)  # only the parent speaks: words of two processes would run into one another
    print('{"left": true}', flush=True)
""")


@pytest.fixture
def attacked(engine, python_image, evaluation, limits, tmp_path):
    """`attacked(code, limit=value, …)` runs code in a RUN step and returns the JSON that it printed."""
    folder = tmp_path / "context"
    folder.mkdir()

    def go(code, **changed):
        (folder / "attack.py").write_text(code)
        dockerfile = f"FROM {python_image}\nCOPY attack.py /\nRUN {json.dumps(['python3', '-u', '/attack.py'])}\n"
        _, log = build(engine, evaluation, folder, dockerfile, limits=replace(limits, **changed))
        return last_report(log.encode())

    yield go
    assert [step for step in build_steps(engine.api) if step.evaluation == evaluation] == []
    assert list(ROOT.glob(f"*/{PREFIX}{os.getpid()}-*")) == []


def test_fork_bomb_in_a_build_stops_at_the_process_limit(attacked, neighbour):
    assert 0 < attacked(FORK_BOMB.replace("os.killpg(0, 9)", ""), build_pids=100)["children"] < 100


def test_fork_bomb_in_a_build_goes_off_with_a_higher_limit(attacked):
    assert attacked(FORK_BOMB.replace("os.killpg(0, 9)", ""), build_pids=2_048)["children"] == FORKS


def test_memory_bomb_in_a_build_is_killed_at_its_limit(attacked, neighbour):
    with pytest.raises(TeamFault, match="build_out_of_memory"):
        attacked(MEMORY_BOMB)


def test_memory_bomb_in_a_build_gets_what_it_wants_with_a_higher_limit(attacked):
    assert attacked(MEMORY_BOMB, build_memory_bytes=1024 * MIB) == {"held": 400}


def test_disk_fill_in_a_build_is_stopped(attacked, neighbour):
    with pytest.raises(TeamFault, match="image_too_large"):
        attacked(DISK_FILL, image_bytes=64 * MIB)


def test_one_file_of_a_build_is_cut_at_the_size_of_an_image(attacked):
    """RLIMIT_FSIZE binds between two looks of the watcher."""
    code = "open('/fill', 'wb').write(bytes(96 << 20))"
    with pytest.raises(BuildFailed, match="non-zero code") as failure:
        attacked(code, image_bytes=64 * MIB)
    assert "File too large" in failure.value.log


def test_file_fill_in_a_build_is_stopped(attacked, neighbour):
    with pytest.raises(TeamFault, match="image_too_large"):
        attacked(FILE_FILL, build_files=1_000)


def test_fills_go_on_where_nobody_looks(attacked, monkeypatch):
    """The two above are stopped by the watcher and nothing else."""
    monkeypatch.setattr(layer, "count", lambda *_, **__: layer.Usage(0, 0))
    assert attacked(FILE_FILL.replace("time.sleep(20)", "time.sleep(4)"), build_files=1_000) == {"made": 3000}


def test_build_stops_before_the_disk_is_everybodys_problem(attacked, monkeypatch):
    # For builds alone: the neighbour of this module is watched in this process, too.
    full = SimpleNamespace(**{**vars(layer), "is_nearly_full": lambda _folder: True})
    monkeypatch.setattr(build_module, "layer", full)
    with pytest.raises(HostFault, match="disk_full"):
        attacked(DISK_FILL)


def test_log_flood_in_a_build_is_stopped(attacked, neighbour):
    with pytest.raises(TeamFault, match="build_log_too_large"):
        attacked(LOG_FLOOD, build_log_bytes=4 * MIB)


def test_log_flood_is_kept_small_where_it_is_allowed(engine, python_image, evaluation, limits, tmp_path):
    folder = tmp_path / "context"
    folder.mkdir()
    (folder / "attack.py").write_text(LOG_FLOOD)
    dockerfile = f"FROM {python_image}\nCOPY attack.py /\nRUN python3 /attack.py\n"
    _, log = build(engine, evaluation, folder, dockerfile, limits=limits)
    assert len(log) <= limits.build_log_kept_bytes + 1_000


def test_endless_build_ends(attacked, neighbour):
    with pytest.raises(TeamFault, match="build_timeout"):
        attacked("import signal, time\nsignal.signal(15, signal.SIG_IGN)\nwhile True: time.sleep(1)", build_s=6.0)


def test_daemon_of_a_build_step_ends_with_the_step(attacked):
    """The fixture looks: no container and no control group, which a living process would hold, is left."""
    assert attacked(DAEMON) == {"left": True}
