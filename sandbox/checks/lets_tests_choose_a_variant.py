"""Does a test get the variant that it asks for?"""

from __future__ import annotations

from typing import Any

from sandbox.assistant.judging import evidence_of, listed, no_models, unasked
from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, not_applicable, passed


def judge(evidence: Evidence) -> Finding:
    if (nothing := unasked(evidence)) is not None:
        return nothing
    seen = evidence.probe("ai_assignment") or {}
    if not seen["people"]:
        return not_applicable("No experiment was seen: declare `ai.assignment` in assay.yaml where there is one.")
    if seen["forced"] is None:
        return not_applicable("Declare `ai.assignment.override` in assay.yaml where a request can choose its variant.")
    rows, pointer = seen["forced"], ("/probes/ai_assignment/forced",)
    how = " ".join(next(iter(seen["override"].items())))
    got = [f"{row['given']} of {row['told']} that asked for {arm} by {how} got it" for arm, row in sorted(rows.items())]
    right = [arm for arm, row in rows.items() if row["told"] and row["given"] == row["told"]]
    observed = f"{listed(got)}."
    if len(right) == len(rows):
        return passed(observed, evidence=pointer)
    return failed(observed, evidence=pointer)


def _evidence(**given: int) -> Evidence:
    forced: Any = {arm: {"told": 6, "given": count} for arm, count in given.items()} or None
    return evidence_of(ai_assignment={"people": 30, "override": {"header": "X-Variant"}, "forced": forced})


CHECK = Check(
    id="lets_tests_choose_a_variant",
    version=1,
    title="Lets a test choose the variant",
    failed_title="Ignores the variant that a test asks for",
    why=(
        "Both variants of an experiment have to be tried before people meet them, and a complaint about one has to be "
        "looked into with the same one. That needs a way to ask for it."
    ),
    fix="Take the variant from the declared header or member when it names one, before the user's own is computed.",
    category="track",
    weight=LOW,
    judge=judge,
    needs=("ai_ask", "ai_assignment"),
    tracks=("ai",),
    effort="minutes",
    level=3,
    examples=(
        Example("chosen", _evidence(a=6, b=6), "pass"),
        Example("ignored", _evidence(a=2, b=4), "fail"),
        Example("one of them", _evidence(a=6, b=3), "fail"),
        Example("not declared", _evidence(), "not_applicable"),
        Example("no experiment", evidence_of(ai_assignment={"people": 0}), "not_applicable"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
