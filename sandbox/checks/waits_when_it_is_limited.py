"""When the provider says "too many requests, come back in a second", does it wait, and then get its answer?"""

from __future__ import annotations

from itertools import pairwise

from sandbox.assistant.judging import evidence_of, no_models, unasked
from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_shown, passed

# The provider asked for one second; clocks and pauses are not exact.
ASKED_S, LEAST_S = 1.0, 0.9


def judge(evidence: Evidence) -> Finding:
    if (nothing := unasked(evidence)) is not None:
        return nothing
    row = (evidence.probe("ai_faults") or {})["faults"]["limited_twice"]
    pointer = ("/probes/ai_faults/faults/limited_twice",)
    times = row["at_s"]
    if not times:
        return not_shown("The question was answered without the model that was limited.")
    gaps = [after - before for before, after in pairwise(times)]
    told = f"after a 429 with Retry-After: {ASKED_S:.0f}"
    if not gaps:
        observed = f"It did not ask again {told}, and answered {row['status'] or 'nothing'}."
        honest = row["status"] in (429, 503)
        return failed(observed, score=0.4 if honest else 0.0, evidence=pointer)
    observed = f"It asked again {min(gaps):.1f} s {told}, and answered {row['status'] or 'nothing'}."
    if min(gaps) < LEAST_S:
        return failed(observed, score=0.3 if row["status"] == 200 else 0.0, evidence=pointer)
    if row["status"] == 200:
        return passed(observed, evidence=pointer)
    return failed(observed, score=0.6, evidence=pointer)


def _evidence(status: int, *at_s: float) -> Evidence:
    return evidence_of(ai_faults={"faults": {"limited_twice": {"status": status, "at_s": list(at_s)}}})


CHECK = Check(
    id="waits_when_it_is_limited",
    version=1,
    title="Waits as long as a rate limit asks",
    failed_title="Does not wait when it is limited",
    why=(
        "Every provider limits its users, mostly in the minute in which the jury watches. Who waits as long as "
        "Retry-After says gets an answer; who asks at once is limited for longer."
    ),
    fix="On 429 read the Retry-After header, wait that long (with a bound), and ask again two or three times.",
    category="track",
    weight=HIGH,
    judge=judge,
    needs=("ai_ask", "ai_faults"),
    tracks=("ai",),
    follows="calls_models",
    examples=(
        Example("waits", _evidence(200, 0.0, 1.1, 2.3), "pass"),
        Example("at once", _evidence(200, 0.0, 0.01, 0.02), "fail"),
        Example("gives up", _evidence(503, 0.0), "fail"),
        Example("not asked", _evidence(200), "inconclusive"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
