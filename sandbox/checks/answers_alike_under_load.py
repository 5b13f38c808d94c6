"""Are answers under load the same as when nothing else happens?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import CRITICAL, Check, Example, Finding, failed, inconclusive, passed
from sandbox.load.seen import OLD, about_another

THRESHOLDS = {"most_changed_pct": 1.0}
POINTER = ("/probes/load/contents", "/probes/load/changed_under_load")


def judge(evidence: Evidence, thresholds: dict[str, float]) -> Finding:
    """A busy host makes answers late, never wrong: this counts on any host."""
    load = evidence.probe("load") or {}
    if other := about_another(load):
        return other
    contents = load.get("contents")
    if contents is None:
        return inconclusive(OLD)
    answered, changed = load["answered_under_load"], load["changed_under_load"]
    if not answered:
        return failed("No request was answered under load.", evidence=POINTER)
    kinds = 100 * changed / answered
    words = 100 * contents["changed"] / contents["compared"] if contents["compared"] else 0.0
    observed = f"{changed} of {answered} answers under load were of another kind than when idle"
    if contents["compared"]:
        observed += f"; {contents['changed']} of {contents['compared']} that were read said something else"
    worst = max(kinds, words)
    if worst <= thresholds["most_changed_pct"]:
        return passed(f"{observed}.", evidence=POINTER)
    return failed(f"{observed}.", score=round(max(0.0, 0.4 - worst / 50), 2), evidence=POINTER)


def _load(changed: int, compared: int, other: int) -> Evidence:
    contents = {"compared": compared, "changed": other}
    load = {"shell": False, "contents": contents, "answered_under_load": 1000, "changed_under_load": changed}
    return Evidence("general", probes={"load": load})


CHECK = Check(
    id="answers_alike_under_load",
    version=1,
    title="Gives the same answers under load",
    failed_title="Gives other answers under load",
    why=(
        "A request that is answered with somebody else's data, an empty list or a page of excuses because the service "
        "is busy was not answered. Status, size and shape of all answers are compared with those when idle, and of one "
        "in fifty what it says, clocks and identities left out."
    ),
    fix="Keep what belongs to one request out of globals and shared objects; answer 503 when there is no answer.",
    category="load",
    weight=CRITICAL,
    effort="hours",
    level=1,
    judge=judge,
    thresholds=THRESHOLDS,
    needs=("load",),
    examples=(
        Example("the same", _load(0, 40, 0), "pass"),
        Example("other kinds", _load(120, 40, 0), "fail"),
        Example("somebody else's values", _load(0, 40, 12), "fail"),
        Example("pages, which are not read", _load(2, 0, 0), "pass"),
        Example("before", Evidence("general", probes={"load": {"shell": False}}), "inconclusive"),
    ),
)
