"""Does a user keep the variant over a restart and beside a second copy, and can a test choose it?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.assistant.asking import asker_of
from sandbox.assistant.experiment import Experiment, changed
from sandbox.assistant.marks import word
from sandbox.probes import Probe, Target
from sandbox.resilience.beside import second_copy
from sandbox.resilience.dependencies import restarted

PEOPLE, FORCED = 30, 6
MOST_ARMS = 5


def gather(target: Target) -> dict[str, Any]:
    """{asked, people, beside: {why, told, changed}, restarted: {answers, told, changed}, override,
    forced: {arm: {told, given}}}; `people` 0 where no experiment was seen, `forced` null without an override.

    `told` people were told their variant both times, `changed` of them another one. `given`: as the test chose.
    """
    asker = asker_of(target)
    if asker is None:
        return {"asked": False}
    seen = target.seen.get("ai_variants") or {}
    arms = list(seen.get("arms") or {})[:MOST_ARMS]
    if len(arms) < 2:
        return {"asked": True, "people": 0}
    experiment = Experiment.of(asker, seen["field"])
    forced = None
    if experiment.override:
        told = {arm: experiment.arms([word("user") for _ in range(FORCED)], arm) for arm in arms}
        forced = {
            arm: {"told": sum(map(bool, given)), "given": sum(one == arm for one in given)}
            for arm, given in told.items()
        }
    people = [word("user") for _ in range(PEOPLE)]
    first = experiment.arms(people)
    with second_copy(target) as copy:
        beside = {"why": copy["why"], "told": 0, "changed": 0}
        if not copy["why"]:
            boot = target.seen["boot"] | {"port": copy["port"]}
            there = replace(asker, target=replace(target, seen=target.seen | {"boot": boot}))
            beside |= changed(first, replace(experiment, asker=there).arms(people))
    again = restarted(target)
    after = experiment.arms(people) if again["answers"] else []
    return {
        "asked": True,
        "people": len(people),
        "beside": beside,
        "restarted": {"answers": again["answers"], **changed(first, after)},
        "override": dict(experiment.override),
        "forced": forced,
    }


PROBE = Probe("ai_assignment", 1, 87, "service", "Does a user keep the variant over a restart?", gather)
