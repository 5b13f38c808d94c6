"""Which variant does each user get, always the same one, in the declared shares, and are the exposures counted?"""

from __future__ import annotations

from collections import Counter
from typing import Any

from sandbox.assistant.asking import asker_of
from sandbox.assistant.experiment import Experiment, changed
from sandbox.assistant.marks import word
from sandbox.assistant.names import ARM
from sandbox.assistant.series import look, moved, shown
from sandbox.probes import Probe, Target

USERS, AGAIN = 400, 40
MOST_ARMS = 10


def gather(target: Target) -> dict[str, Any]:
    """{asked, path, field, users, sent, arms {arm: users}, again, changed, shares, exposures}.

    `field` is null when no answer names a variant. `exposures` are {arm: {series, rise}} where a labelled counter rose
    with an arm, null without a metrics page. Only the first users are asked again, and `changed` of them got another.
    """
    asker = asker_of(target)
    if asker is None:
        return {"asked": False}
    declared = (target.plan.hints.get("ai") or {}).get("assignment") or {}
    members = target.seen["ai_ask"]["members"]
    field = declared.get("field") or next((name for name in members if ARM.match(name)), None)
    if field is None or asker.route["user"] is None:
        return {"asked": True, "field": field, "users": asker.route["user"] is not None}
    experiment = Experiment.of(asker, field)
    people = [word("user") for _ in range(USERS)]
    before = look(target)
    first = experiment.arms(people)
    after = look(target)
    again = changed(first, experiment.arms(people[:AGAIN]))
    counted = Counter(arm for arm in first if arm)
    return {
        "asked": True,
        "field": field,
        "users": True,
        "path": experiment.path or asker.route["path"],
        "sent": USERS,
        "arms": dict(counted.most_common(MOST_ARMS)),
        "again": again["told"],
        "changed": again["changed"],
        "shares": declared.get("shares"),
        "exposures": None if before is None or after is None else _exposures(moved(before, after), counted),
    }


def _exposures(rises: dict[Any, float], counted: Counter[str]) -> dict[str, dict[str, Any]]:
    """Of each arm the series with its name in a label whose rise is nearest to how often it was given."""
    found = {}
    for arm, count in counted.most_common(MOST_ARMS):
        named = [(abs(rise - count), shown(key), rise) for key, rise in rises.items() if arm in dict(key[1]).values()]
        if named:
            _, name, rise = min(named)
            found[arm] = {"series": name[:200], "rise": rise}
    return found


PROBE = Probe("ai_variants", 1, 58, "service", "Which variant does each user get?", gather)
