"""A load's rules without a load: what a capacity and a level are, and what is written down of the whole."""

import pytest

from sandbox.checks.has_capacity import CHECK
from sandbox.engine import Sample
from sandbox.limits import Limits
from sandbox.load import levels
from sandbox.load.capacity import capacity
from sandbox.load.declared import promise, requests_of_manifest
from sandbox.load.document import document, line
from sandbox.load.phase import Phase
from sandbox.load.steps import opened
from sandbox.load.timeline import MOST_ROWS, timeline
from sandbox.load.validity import checked
from tests.sandbox.quiet_host import Host, gate

# capacity


def closed(rps, *, valid=True, cpu=0.3, failed=0):
    return {"rps": rps, "valid": valid, "why": "" if valid else "host busy", "generator_cpu": cpu, "failed": failed}


def test_capacity_is_the_best_of_the_gated_repeats():
    found = capacity({8: [closed(100.0), closed(104.0), closed(98.0)], 32: [closed(90.0)] * 3}, None)
    assert (found["rps"], found["low"], found["high"], found["users"]) == (104.0, 98.0, 104.0, 8)
    assert (found["noisy"], found["valid"], found["at_least"]) == (False, True, False)


def test_capacity_of_repeats_far_apart_is_the_lowest():
    found = capacity({8: [closed(100.0), closed(130.0), closed(99.0), closed(101.0), closed(104.0)]}, None)
    assert (found["rps"], found["noisy"]) == (99.0, True)


def test_capacity_leaves_out_what_the_gate_refused():
    found = capacity({8: [closed(100.0), closed(40.0, valid=False)], 32: [closed(150.0, valid=False)]}, None)
    assert (found["rps"], found["low"], found["valid"]) == (100.0, 100.0, True)


def test_capacity_of_a_busy_host_is_shown_and_does_not_count():
    found = capacity({8: [closed(40.0, valid=False)]}, None)
    assert (found["rps"], found["valid"], found["why"]) == (40.0, False, "host busy")


@pytest.mark.parametrize(("step", "ceiling"), [(closed(3300.0), 4000.0), (closed(900.0, cpu=0.9), None)])
def test_capacity_near_what_our_generator_can_send_is_at_least_that(step, ceiling):
    assert capacity({8: [step]}, ceiling)["at_least"] is True
    assert capacity({8: [closed(3100.0)]}, 4000.0)["at_least"] is False


def test_score_of_capacity_moves_at_most_two_points_for_ten_per_cent():
    """Load weighs at most 20 of 100, and capacity with what follows from it 15 of its 60 and more."""
    at = CHECK.thresholds

    def score(rate):
        from sandbox.curve import more_is_better

        return more_is_better(rate, median=at["median_rps"], p10=at["p10_rps"])

    for rate in (10, 20, 50, 100, 200, 400, 1000):
        assert (score(rate * 1.1) - score(rate / 1.1)) * 20 * 15 / 60 <= 2


# levels and validity


def step(p95=50.0, *, failed=0, valid=True, late=0.5, cpu=0.2, rate=100.0):
    seconds = [{"at_s": n, "sent": 100, "failed": 0, "p50_ms": 1.0, "p95_ms": p95} for n in range(10)]
    return {
        "offered_rps": rate,
        "sent": 800,
        "done": 800 - failed,
        "failed": failed,
        "p95_ms": p95,
        "timeline": seconds,
        "valid": valid,
        "why": "" if valid else "host busy",
        "lateness_p95_ms": late,
        "generator_cpu": cpu,
        "discard_s": 2.0,
        "at": 100.0,
        "name": "x",
        "kind": "open",
    }


def test_level_is_kept_by_its_median_second():
    one = step()
    one["timeline"][5]["p95_ms"] = 5000.0
    assert levels.keeps(one, 300.0)
    for second in one["timeline"]:
        second["p95_ms"] = 400.0
    assert not levels.keeps(one, 300.0)


@pytest.mark.parametrize(("failed", "kept"), [(8, True), (9, False)])
def test_level_is_kept_with_one_per_cent_failed(failed, kept):
    assert levels.keeps(step(failed=failed), 300.0) is kept


def test_level_that_failed_once_is_kept_by_two_of_three():
    good, bad = step(), step(p95=900.0)
    assert levels.level(0.5, [good], 300.0)["passed"]
    assert levels.level(0.5, [bad, good, good], 300.0)["passed"]
    assert not levels.level(0.5, [bad, good, bad], 300.0)["passed"]
    lost = levels.level(0.5, [step(p95=900.0, valid=False)] * 3, 300.0)
    assert (lost["passed"], lost["valid"], lost["why"]) == (False, False, "host busy")


@pytest.mark.parametrize(("late", "cpu", "valid"), [(14.9, 0.2, True), (15.1, 0.2, False), (1.0, 0.81, False)])
def test_step_counts_only_when_the_generator_was_on_time_and_had_room(late, cpu, valid):
    found = checked(step(late=late, cpu=cpu), 300.0)
    assert found["valid"] is valid
    assert bool(found["why"]) is not valid


def test_open_step_has_as_many_users_as_requests_in_a_second():
    assert [opened("x", rate, 10.0, 100).users for rate in (5, 20, 60, 500)] == [16, 20, 60, 100]
    assert (opened("x", 20, 10.0, 100).seconds, opened("x", 20, 1.0, 100).discard_s) == (12.0, 0.2)


# the whole of it


class Sender:
    """A service that answers 400 a second of any load, each in 10 ms, and all that is sent below that."""

    def __init__(self, host):
        self.host, self.steps = host, []

    def run(self, step, say=None):
        self.host.sleep(step.seconds)
        self.steps.append(step)
        rate = step.rate or 400.0
        sent = round(rate * (step.seconds - step.discard_s))
        done = round(min(rate, 400.0) * (step.seconds - step.discard_s))
        seconds = [
            {"at_s": n, "sent": int(rate), "failed": 0, "p50_ms": 5.0, "p95_ms": 10.0} for n in range(int(step.seconds))
        ]
        return {
            "name": step.name,
            "kind": step.kind,
            "offered_rps": step.rate or None,
            "users": step.users,
            "seconds": step.seconds,
            "sent": sent,
            "done": done,
            "failed": sent - done,
            "rps": min(rate, 400.0),
            "in_time_rps": min(rate, 400.0),
            "p50_ms": 5.0,
            "p95_ms": 10.0,
            "p99_ms": 12.0,
            "max_ms": 15.0,
            "histogram": {"bounds_ms": [5.0, 10.0], "counts": [done // 2, done - done // 2]},
            "lateness_p95_ms": 0.5,
            "generator_cpu": 0.2,
            "statuses": {"200": done},
            "answers_changed": 0,
            "contents_compared": 2,
            "contents_changed": 0,
            "shed_quickly": 0,
            "timeline": seconds,
            "steadiness": {"polls": 4, "failures": 0, "p95_ms": 2.0, "longest_outage_s": 0.0},
            "at": self.host.now,
        }


def whole(host, ceiling=None, **limits):
    sender = Sender(host)
    phase = Phase(sender, gate(host, **limits), Limits(**limits), slo_ms=300.0, ceiling=ceiling)
    phase.run()
    samples = [Sample(at_s=float(n), memory_bytes=50_000_000 + 1000 * n, cpu_s=0.5 * n, pids=3) for n in range(400)]
    return document(phase, began=0.0, started=0.0, samples=samples), sender


def test_whole_load_on_a_quiet_host_is_within_four_minutes():
    host = Host()
    found, sender = whole(host)
    assert host.now <= 240
    kinds = [step.kind for step in sender.steps]
    assert list(dict.fromkeys(kinds)) == ["warmup", "closed", "open", "soak", "overload", "recovery"]
    assert (found["valid"], found["capacity"]["rps"], found["windows"]) == (True, 400.0, 3)
    assert [level["fraction"] for level in found["levels"]] == [0.25, 0.5, 0.7, 0.85]
    assert found["slo_rps"] == 340.0
    assert [row["goodput_share"] for row in found["overload"]] == [1.0, 1.0]
    assert found["recovery"]["after_s"] == 0
    assert found["crowd"]["p95_ms"] == found["crowd"]["before_p95_ms"] == 10.0
    assert found["soak"]["bytes_per_s"] == pytest.approx(1000, rel=0.01)
    assert all(row["memory_bytes"] for row in found["timeline"][1:])


def test_whole_load_on_a_busy_host_is_short_and_counts_for_nobody():
    host = Host(foreign=1.0)
    found, _ = whole(host, load_gate_s=20.0)
    assert host.now <= 20 + 120
    assert (found["valid"], found["capacity"]["valid"], found["levels"]) == (False, False, [])
    assert all(not step["valid"] for step in found["steps"] if step["kind"] != "warmup")
    assert found["gate"]["passed"] is False


def test_overload_beyond_our_generator_is_not_tried():
    found, _ = whole(Host(), ceiling=900.0)
    assert found["overload"] == []
    assert found["recovery"] is None
    assert [level["fraction"] for level in found["levels"]] == [0.25, 0.5, 0.7, 0.85]


def test_timeline_is_thinned():
    steps = [{"name": "x", "at": 0.0, "timeline": [dict(step()["timeline"][0], at_s=n) for n in range(1500)]}]
    rows = timeline(steps, [], began=0.0, started=0.0)
    assert 300 <= len(rows) <= MOST_ROWS
    assert rows[0]["memory_bytes"] is None


def test_slope_is_that_of_a_line():
    assert line([(float(n), 10.0 + 3 * n) for n in range(10)]) == (3.0, 1.0)
    assert line([(float(n), 10.0) for n in range(10)]) == (0.0, 0.0)
    assert line([(0.0, 1.0)]) == (None, None)


# what a team declares


def test_declared_requests_are_sent_as_the_team_writes_them():
    rows = [
        {"path": "/predict", "json": {"tenure": 3}, "weight": 4},
        {"path": "/items/3", "method": "DELETE"},
        {"path": "/raw", "body": "a,b", "content_type": "text/csv"},
        {"path": "//elsewhere"},
    ]
    made = requests_of_manifest({"load": {"requests": rows}})
    assert [(one["method"], one["path"], one["body"], one["content_type"], one["weight"]) for one in made] == [
        ("POST", "/predict", '{"tenure": 3}', "application/json", 4),
        ("DELETE", "/items/3", "", "", 1),
        ("POST", "/raw", "a,b", "text/csv", 1),
    ]
    assert requests_of_manifest({}) == requests_of_manifest({"load": {"rate": 3}}) == []


def test_promise_is_what_the_team_names_and_nothing_else():
    assert promise({"load": {"rate": 50, "slo_ms": 200}}) == {"rate_rps": 50.0, "slo_ms": 200.0}
    assert promise({"load": {"slo_ms": 200}}) == {"slo_ms": 200.0}
    assert promise({}) == {}
