"""Do its metrics count what its calls of models cost, as the gateway's tokens at the declared prices do?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.assistant.judging import evidence_of, no_models, uncounted
from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, not_shown, passed

COSTS = ("cost", "usd", "eur", "dollar", "spend", "spent", "price")
MILLION = 1_000_000
# A count without prices to compare it with is worth what is only read in the source.
UNCOMPARED = 0.5


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:  # noqa: PLR0911 - one return a way to end
    if (nothing := uncounted(evidence)) is not None:
        return nothing
    seen = evidence.probe("ai_metrics") or {}
    pointer = ("/probes/ai_metrics",)
    if not seen["page"]:
        return failed("There is no metrics page that could count what the models cost.", evidence=pointer)
    used, prices = seen["used"], seen["prices"]
    if not used or not seen["calls"]:
        return not_shown("The questions were answered without a call of the model.")
    rises: dict[str, float] = {}
    for row in seen["moved"]:
        if any(word in row["name"].lower() for word in COSTS) and "token" not in row["name"].lower():
            rises[row["name"]] = rises.get(row["name"], 0.0) + row["rise"]
    if not rises:
        return failed("No series of costs rose while models were asked.", evidence=pointer)
    name, rise = max(rises.items(), key=lambda row: row[1])
    unpriced = [row["model"] for row in used if row["answering"] and row["model"] not in prices]
    if unpriced:
        observed = f"{name} rose by {rise:.3g}; assay.yaml has no price of {unpriced[0]} to compare it with."
        fix = "Declare `ai.prices` in assay.yaml: for each model the price of a million tokens in and out."
        return failed(observed, score=UNCOMPARED, evidence=pointer, fix=fix)
    whole = _cost(used, prices)
    answers = _cost([row for row in used if row["answering"]], prices)
    observed = f"{name} rose by {rise:.3g}; the gateway's tokens at the declared prices are {whole:.3g}."
    off = thresholds["most_off_pct"] / 100
    if any(abs(each - cost) <= off * cost for each in rises.values() for cost in (whole, answers)):
        return passed(observed, evidence=pointer)
    return failed(observed, score=0.3, evidence=pointer)


def _cost(rows: list[dict[str, Any]], prices: Mapping[str, Mapping[str, float]]) -> float:
    spent = [row[way] * prices.get(row["model"], {}).get(way, 0.0) for row in rows for way in ("in", "out")]
    return float(sum(spent)) / MILLION


USED = [
    {"model": "gpt-4o-mini", "answering": True, "in": 460, "out": 54},
    {"model": "text-embedding-3-small", "answering": False, "in": 110, "out": 0},
]
PRICES = {"gpt-4o-mini": {"in": 0.15, "out": 0.6}, "text-embedding-3-small": {"in": 0.02}}


def _evidence(rise: float | None, **more: Any) -> Evidence:
    name = "llm_cost_usd_total"
    moved = [] if rise is None else [{"series": f'{name}{{model="gpt-4o-mini"}}', "name": name, "rise": rise}]
    seen = {"page": True, "calls": 6, "used": USED, "prices": PRICES, "moved": moved}
    return evidence_of(ai_metrics=seen | more)


CHECK = Check(
    id="counts_what_it_costs",
    version=1,
    title="Counts what its models cost",
    failed_title="Does not count what its models cost",
    why=(
        "Tokens of a small and of a large model differ in price by a factor of fifty, and those out cost more than "
        "those in. Only a sum in money says which feature is worth its price, and can raise an alarm before the bill."
    ),
    fix="Beside the tokens add their price to a counter such as llm_cost_usd_total, by model, in and out.",
    category="track",
    weight=LOW,
    judge=judge,
    needs=("ai_ask", "ai_metrics"),
    tracks=("ai",),
    effort="minutes",
    level=3,
    follows="counts_tokens",
    thresholds={"most_off_pct": 2.0},
    examples=(
        Example("all calls", _evidence(0.0001036), "pass"),
        Example("answers alone", _evidence(0.0001014), "pass"),
        Example("another price", _evidence(0.00051), "fail"),
        Example("no price declared", _evidence(0.0001036, prices={}), "fail"),
        Example("no series", _evidence(None), "fail"),
        Example("no page", _evidence(None, page=False), "fail"),
        Example("no call", _evidence(None, calls=0), "inconclusive"),
        Example("asked by its page", evidence_of(ai_metrics={"page": None}), "inconclusive"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
