"""A stack's companions: each in its room, and all of them together within their part of an evaluation."""

import time
from dataclasses import replace

from sandbox.deployment import Deployment
from sandbox.engine import State
from sandbox.engine.fake import FakeEngine, fake_image
from sandbox.faults import HostFault, TeamFault
from sandbox.limits import Limits
from sandbox.plan import Companion, Note, Plan

LISTENS = [{"address": "0.0.0.0", "port": 8000, "loopback": False}]
BOOT = {
    "state": "healthy",
    "why": "",
    "port": 8000,
    "health_path": "/health",
    "ready_after_s": 0.1,
    "listening": LISTENS,
}


def started(answer, limits, *companions):
    """The rows of a deployment of those companions on an engine that gives this answer, and the engine."""
    engine = FakeEngine(tools={"boot": answer}, states=[State(True)])
    plan = Plan("compose", 1, "FROM x\n", companions=companions)
    with engine.pod("e1", limits, rooms=[["b"]]) as pod:
        deployment = Deployment(
            pod=pod,
            plan=plan,
            images={one.name: fake_image(one.name) for one in companions},
            build={},
            limits=limits,
            output=lambda _name: lambda _line: None,
            say=lambda _text: None,
        )
        deployment.start_first()
    return deployment.rows, engine, deployment


def companion(name, room=0):
    return Companion(name, "app", "FROM x\n", ports=(8000,), room=room)


def test_services_of_one_port_are_looked_for_each_in_its_own_room():
    rows, engine, _ = started(BOOT, Limits(), companion("a"), companion("b", room=1), companion("c"))
    assert [row["state"] for row in rows] == ["healthy"] * 3
    assert engine.calls == [
        "pod e1",
        "start a",
        "tool boot",
        "start b room 1",
        "tool boot room 1",
        "start c",
        "tool boot",
        "close e1",
    ]
    # What another one listens on is not this one's; in another room nothing is taken.
    assert [request["taken"] for _, request, _ in engine.requests] == [[], [], [8000]]


def test_companions_that_take_the_time_of_all_leave_none_for_the_rest():
    def slow(_request):
        time.sleep(0.2)
        return BOOT | {"state": "failed", "why": "never_listens"}

    rows, engine, _ = started(slow, Limits(evaluation_s=0.4), *map(companion, "abc"))
    assert [row["fault"]["id"] for row in rows] == ["never_listens", "stack_too_slow", "stack_too_slow"]
    assert "No time was left to start b" in rows[1]["fault"]["title"]
    assert engine.calls.count("tool boot") == 1
    assert engine.requests[0][1]["boot_s"] == 5.0


def test_fault_of_the_app_says_what_it_had_to_do_without():
    failed = BOOT | {"state": "failed", "why": "never_listens"}
    _, _, deployment = started(failed, Limits(), companion("mongo"))
    fault = TeamFault("exited", "The process ended", detail="\n".join(f"line {n}" for n in range(12)))
    deployment.mention_absent(fault)
    lines = fault.detail.splitlines()
    assert lines[0] == "Not there beside it: mongo (The service mongo runs, but does not answer)."
    assert (len(lines), lines[1], lines[-1]) == (12, "line 1", "line 11")
    _, _, deployment = started(BOOT, Limits(), companion("mongo"))
    fault = TeamFault("exited", "The process ended", detail="why")
    deployment.mention_absent(fault)
    assert fault.detail == "why"


def test_fault_of_the_app_says_that_a_file_of_settings_was_empty():
    _, _, deployment = started(BOOT, Limits(), companion("db"))
    empty = Note("environment_file", "api reads .env, which is not committed; it was empty.")
    other = Note("environment_file", "db reads .env, which is not committed; it was empty.")
    deployment.plan = replace(deployment.plan, name="api", repairs=(other, empty))
    fault = TeamFault("exited", "The process ended", detail="\n".join(f"line {n}" for n in range(12)))
    deployment.mention_absent(fault)
    lines = fault.detail.splitlines()
    assert (len(lines), lines[0], lines[1], lines[-1]) == (12, empty.why, "line 1", "line 11")


def test_app_that_lacks_a_service_of_ours_fails_by_our_fault():
    rows, _, deployment = started(BOOT, Limits(), companion("elasticsearch"))
    absent = HostFault("image_unavailable", "The base image elasticsearch:8 could not be had")
    rows[0]["fault"] = absent.fault("building").to_json()
    ours = deployment.ours(TeamFault("never_listens", "The process runs, but listens on no port", detail="waiting"))
    assert (ours.owner, ours.id) == ("host", "service_unavailable")
    assert "elasticsearch" in ours.title
    assert ours.detail.splitlines() == ["The process runs, but listens on no port.", "waiting"]
    # What has nothing to do with it stays the team's, and so does a service of the stack that the team broke.
    assert deployment.ours(TeamFault("syntax_error", "The Python file does not parse")) is None
    rows[0]["fault"] = TeamFault("exited", "The process ended").fault("observing").to_json()
    assert deployment.ours(TeamFault("never_listens", "The process runs, but listens on no port")) is None
