"""Which variant does each user get, always the same one, in the declared shares, and are the exposures counted?"""

from __future__ import annotations

from collections import Counter
from typing import Any

from sandbox.assistant.asking import Asker, asker_of, at, is_good
from sandbox.assistant.marks import word
from sandbox.assistant.names import ARM
from sandbox.assistant.series import look, moved, shown
from sandbox.probes import Probe, Target

USERS, AGAIN, TOGETHER, TOTAL_S = 400, 40, 8, 40.0
SMALL = 2048
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
    path = declared.get("path", "")
    people = [word("user") for _ in range(USERS)]
    before = look(target)
    first = _arms(asker, people, path, field)
    after = look(target)
    again = _arms(asker, people[:AGAIN], path, field)
    counted = Counter(arm for arm in first if arm)
    pairs = [(one, two) for one, two in zip(first, again, strict=False) if one and two]
    return {
        "asked": True,
        "field": field,
        "users": True,
        "path": path or asker.route["path"],
        "sent": USERS,
        "arms": dict(counted.most_common(MOST_ARMS)),
        "again": len(pairs),
        "changed": sum(one != two for one, two in pairs),
        "shares": declared.get("shares"),
        "exposures": None if before is None or after is None else _exposures(moved(before, after), counted),
    }


def _arms(asker: Asker, people: list[str], path: str, field: str) -> list[str]:
    """The arm of each person, "" where there was no good answer."""
    question = f"What can you do? ({word()})"
    requests = []
    for person in people:
        each = asker.request(question, user=person)
        if path:
            user = asker.route["user"]
            at_path = path if "header" in user else f"{path}{'&' if '?' in path else '?'}{user['field']}={person}"
            each = {"method": "GET", "path": at_path, "headers": each["headers"]}
        requests.append(each)
    answers = asker.send(requests, together=TOGETHER, total_s=TOTAL_S, body_bytes=SMALL)
    return [str(at(answer["body"], field) or "")[:60] if is_good(answer) else "" for answer in answers]


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
