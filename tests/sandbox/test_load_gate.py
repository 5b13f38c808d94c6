"""Whose turn a load is, when a step of it counts, and what is known of the host."""

import json
import subprocess
import sys

import pytest

from sandbox.faults import Cancellation, Cancelled, HostFault
from sandbox.load.gauge import Reading
from sandbox.load.lane import load_lane
from sandbox.load.record import JUST_NOW_S, NAME, STANDS_S, Best, Ceiling, HostRecord
from tests.sandbox.quiet_host import Host, Record, gate, sent

HOLD = """
import sys, time
from pathlib import Path
from sandbox.load.lane import load_lane
with load_lane("other", wait_s=5, folder=Path(sys.argv[1])):
    print("in", flush=True)
    time.sleep(60)
"""


# the lane


def test_lane_is_one_load_at_a_time_and_ends_with_its_holder(tmp_path):
    said = []
    with subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "in\n"
        with (
            pytest.raises(HostFault, match="load_lane_busy"),
            load_lane("me", wait_s=0.3, folder=tmp_path, say=said.append),
        ):
            pass
        assert said == ["waiting for the load lane (other is in it)"]
        other.kill()
    with load_lane("me", wait_s=5, folder=tmp_path) as waited:
        assert waited < 5
    with load_lane("me", wait_s=0, folder=tmp_path):
        pass


def test_lane_is_left_by_who_is_cancelled_while_waiting(tmp_path):
    wish = Cancellation()
    wish.cancel()
    waiting = load_lane("two", wait_s=60, folder=tmp_path, cancellation=wish)
    with load_lane("one", wait_s=0, folder=tmp_path), pytest.raises(Cancelled), waiting:
        pass


# the gate


def test_gate_lets_a_quiet_host_pass_at_once():
    host = Host()
    found = gate(host).run(sent(host))
    assert (found["valid"], found["why"], found["tries"], found["foreign_cpu"]) == (True, "", 1, 0.0)
    assert found["spin"] == {"before_ms": 40.0, "after_ms": 40.0, "recent_ms": 40.0, "best_ms": 40.0}


def test_gate_repeats_a_step_that_others_disturbed():
    host = Host()
    disturbed = iter([0.5, 0.0])

    def send():
        host.foreign = next(disturbed)
        base = host.now
        host.read = lambda: Reading(
            host.now, base + (1 + host.foreign) * (host.now - base), 0.0, 2 * host.now, host.now, 0
        )
        host.sleep(5)
        return {}

    quiet = gate(host)
    found = quiet.run(send)
    assert (found["valid"], found["tries"]) == (True, 2)
    assert quiet.refused == 1
    assert quiet.spent_s >= 5


def test_gate_of_a_busy_host_ends_within_its_budget_and_says_so():
    host = Host(foreign=1.2)
    busy = gate(host)
    found = busy.run(sent(host))
    assert found["valid"] is False
    assert found["why"].startswith("host busy: others used 1.2")
    assert host.now < 10 + 2 * 5 + 2
    before = host.now
    assert busy.run(sent(host))["valid"] is False
    assert host.now - before < 7  # once more, and no more waiting
    assert busy.to_json()["passed"] is False


def test_gate_refuses_a_core_that_became_slower():
    host = Host(spins=[40.0, 40.0, 47.0])
    found = gate(host, load_gate_s=0.0).run(sent(host))
    assert (found["valid"], found["why"]) == (False, "host busy: its core fell to 85% of its speed of the last minutes")


def test_gate_takes_a_core_that_is_steadily_somewhat_slower_than_its_best_of_the_day():
    host = Host(spins=[45.0, 45.0, 46.0])
    slower = gate(host, Record(40.0, recent=45.0))
    found = slower.run(sent(host))
    assert (found["valid"], found["tries"]) == (True, 1)
    assert found["spin"] == {"before_ms": 45.0, "after_ms": 46.0, "recent_ms": 45.0, "best_ms": 40.0}
    assert slower.to_json()["speed"] == [0.87, 0.87]


def test_gate_refuses_a_core_that_is_steadily_much_slower():
    host = Host(spins=[60.0])
    slow = gate(host, Record(40.0, recent=60.0), load_gate_s=0.0)
    found = slow.run(sent(host))
    assert (found["valid"], found["why"]) == (False, "host busy: its core ran at 67% of its best speed")
    assert slow.to_json()["speed"] is None


def test_service_that_still_works_does_not_make_the_host_busy():
    host = Host(spins=[40.0, 40.0, None])
    working = gate(host)
    found = working.run(sent(host))
    assert (found["valid"], found["tries"]) == (True, 1)
    assert found["spin"] == {"before_ms": 40.0, "after_ms": None, "recent_ms": 40.0, "best_ms": 40.0}
    always = gate(Host(spins=[None]))
    assert always.run(sent(always.host))["valid"] is True
    assert always.to_json()["speed"] is None


def test_gate_learns_a_better_best():
    record = Record(60.0)
    host = Host(spins=[40.0, 40.0, 60.0])
    assert gate(host, record, load_gate_s=0.0).run(sent(host))["valid"] is False
    assert record.known.day_ms == 40.0


def test_gate_takes_stolen_time_for_somebody_elses():
    host = Host()
    host.read = lambda: Reading(host.now, host.now, 0.1 * host.now, 2 * host.now, host.now, 0)
    assert "other machines" in gate(host, load_gate_s=0.0).run(sent(host))["why"]


# the record of the host


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


def test_record_knows_the_best_of_the_day_and_of_the_last_minutes(tmp_path):
    clock = Clock()

    def record():
        return HostRecord(tmp_path, clock)

    assert record().best is None
    spins = (42.0, 41.0, 43.0, 42.0, 42.5)
    assert [record().take_spin(spin).day_ms for spin in spins] == [42, 42, 43, 43, 43]
    assert record().take_spin(50.0) == Best(43.0, 43.0)
    # One very fast moment does not make all others slow.
    assert record().take_spin(30.0) == record().best == Best(42.5, 42.5)
    clock.now += JUST_NOW_S
    assert record().best == Best(42.5, 42.5)  # nothing newer is known
    assert record().take_spin(50.0) == Best(42.5, 50.0)
    for spin in (47.0, 48.0, 47.0, 47.0, 47.0):
        record().take_spin(spin)
    assert record().best == Best(42.5, 48.0)
    clock.now += STANDS_S - 1
    assert record().best.day_ms == 48.0
    clock.now += 2
    assert record().best is None


def test_record_of_a_day_stays_small(tmp_path):
    clock = Clock()
    for number in range(2_000):
        clock.now += 1.0
        HostRecord(tmp_path, clock).take_spin(50.0 + number % 7)
    assert len(json.loads((tmp_path / NAME).read_text())["spins"]) < JUST_NOW_S + 10


def test_record_forgets_what_was_before_the_machine_was_started_again(tmp_path):
    record = HostRecord(tmp_path)
    record.take_spin(40.0)
    record.take_ceiling("sha256:a", 4000.0, quiet=True)
    # A busy moment says nothing about what was measured in a quiet one.
    assert record.take_ceiling("sha256:a", 3000.0, quiet=False) == Ceiling(4000.0, quiet=True)
    assert (HostRecord(tmp_path).ceiling("sha256:a"), HostRecord(tmp_path).ceiling("sha256:b")) == (
        Ceiling(4000.0, quiet=True),
        None,
    )
    path = tmp_path / NAME
    path.write_text(path.read_text().replace('"boot": "', '"boot": "x'))
    assert (HostRecord(tmp_path).ceiling("sha256:a"), HostRecord(tmp_path).best) == (None, None)
    path.write_text("no JSON")
    assert HostRecord(tmp_path).best is None
