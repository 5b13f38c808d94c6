"""Was the work made at the event, and not before it?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_applicable, passed

# A clock may be wrong, and a first commit the evening before is nobody's fraud.
GRACE_S = 24 * 3600


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    event = evidence.source.get("event") or {}
    times = (evidence.source.get("history") or {}).get("times")
    if not event.get("starts_at"):
        return not_applicable("It was not submitted to an event.")
    if not times:
        return not_applicable("The source came without a history.")
    starts = datetime.fromisoformat(event["starts_at"]).timestamp() - GRACE_S
    before = sum(1 for moment in times if moment < starts)
    share = 100 * before / len(times)
    observed = f"{before} of {len(times)} commits are from before the event began."
    pointer = ("/source/event", "/source/history/first_at")
    if share <= thresholds["most_pct"]:
        return passed(observed, score=1.0 if not before else 0.8, evidence=pointer)
    return failed(observed, score=round(0.5 * (1 - share / 100), 2), evidence=pointer)


def _dated(*hours: int, starts_at: str = "2026-05-01T08:00:00+00:00") -> Evidence:
    begin = int(datetime.fromisoformat("2026-05-01T08:00:00+00:00").timestamp())
    source: dict[str, Any] = {"history": {"times": [begin + 3600 * hour for hour in hours]}}
    return Evidence("general", source=source | ({"event": {"starts_at": starts_at}} if starts_at else {}))


CHECK = Check(
    id="was_made_at_the_event",
    version=1,
    title="It was made at the event",
    failed_title="Much of it is older than the event",
    why=(
        "A hackathon compares what teams make in the same time. Older work is welcome in a portfolio, but has to be "
        "told. Commit dates can be set by anybody: this is a question to ask, not a verdict."
    ),
    fix="Say in the README which parts existed before, and put them into a package or a commit of their own.",
    category="practice",
    weight=MEDIUM,
    judge=judge,
    needs=(),
    grade="static",
    effort="minutes",
    level=2,
    thresholds={"most_pct": 10.0},
    examples=(
        Example("all at the event", _dated(1, 5, 20), "pass"),
        Example("the evening before", _dated(-10, 5, 20), "pass"),
        Example("mostly older", _dated(-900, -800, -700, 3), "fail"),
        Example("no event", _dated(1, 2, starts_at=""), "not_applicable"),
        Example(
            "archive",
            Evidence("general", source={"event": {"starts_at": "2026-05-01T08:00:00+00:00"}}),
            "not_applicable",
        ),
    ),
)
