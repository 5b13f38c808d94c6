"""Do its metrics count the tokens that the gateway counted?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.assistant.judging import evidence_of, no_models, uncounted
from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_shown, passed

COSTS = ("cost", "usd", "spend", "price")


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    if (nothing := uncounted(evidence)) is not None:
        return nothing
    seen = evidence.probe("ai_metrics") or {}
    pointer = ("/probes/ai_metrics",)
    if not seen["page"]:
        return failed("There is no metrics page that could count tokens.", evidence=pointer)
    if not seen["calls"]:
        return not_shown("The questions were answered without a call of the model.")
    counted, off = seen["counted"], thresholds["most_off_pct"] / 100
    rows = [row for row in seen["moved"] if "token" in row["series"].lower()]
    spent = f"{counted['in']} tokens in and {counted['out']} out"
    if not rows:
        costs = any(word in row["series"].lower() for row in seen["moved"] for word in COSTS)
        return failed(
            f"No series of tokens rose while the model spent {spent}.", score=0.2 if costs else 0.0, evidence=pointer
        )
    sums: dict[str, float] = {}
    for row in rows:
        sums[row["name"]] = sums.get(row["name"], 0.0) + row["rise"]
    rises = [*(row["rise"] for row in rows), *sums.values()]
    for kind in ("", "all_"):
        given, made = counted[f"{kind}in"], counted[f"{kind}out"]
        whole = any(abs(rise - given - made) <= off * (given + made) for rise in rises)
        halves = any(abs(rise - given) <= off * given for rise in rises) and any(
            abs(rise - made) <= max(0.5, off * made) for rise in rises
        )
        if whole or halves:
            name = rows[0]["name"]
            return passed(f"{name} rose as the gateway counted: {spent}.", evidence=pointer)
    shown = ", ".join(f"{name} by {rise:.0f}" for name, rise in list(sums.items())[:3])
    return failed(f"The model spent {spent}, and {shown} rose.", score=0.3, evidence=pointer)


def _evidence(*rises: float, **more: Any) -> Evidence:
    moved = [
        {"series": f'llm_tokens_total{{n="{at}"}}', "name": "llm_tokens_total", "rise": rise}
        for at, rise in enumerate(rises)
    ]
    counted = {"in": 460, "out": 54, "all_in": 570, "all_out": 54}
    return evidence_of(ai_metrics={"page": True, "calls": 6, "counted": counted, "moved": moved} | more)


CHECK = Check(
    id="counts_tokens",
    version=1,
    title="Counts the tokens that it spends",
    failed_title="Does not know what it spends",
    why=(
        "Tokens are the bill. A counter that agrees with the provider's own shows which feature costs what, and a loop "
        "that empties the budget is seen within minutes instead of at the end of the month."
    ),
    fix="Add the usage that each answer of the model reports to a counter, labelled by direction and model.",
    category="track",
    weight=HIGH,
    judge=judge,
    needs=("ai_ask", "ai_metrics"),
    tracks=("ai",),
    effort="minutes",
    follows="exposes_metrics",
    thresholds={"most_off_pct": 2.0},
    examples=(
        Example("by direction", _evidence(460, 54), "pass"),
        Example("in one", _evidence(514), "pass"),
        Example("with embeddings", _evidence(624), "pass"),
        Example("words", _evidence(40), "fail"),
        Example("no series", _evidence(), "fail"),
        Example("no page", _evidence(page=False), "fail"),
        Example("no call", _evidence(calls=0), "inconclusive"),
        Example("asked by its page", evidence_of(ai_metrics={"page": None}), "inconclusive"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
