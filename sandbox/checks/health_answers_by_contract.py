"""Is the health path answered with 200, as JSON, in under a second?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    health = evidence.probe("health") or {}
    answer = health.get("contract")
    pointer = ("/probes/health/contract",)
    if not answer:
        return failed("No path says that it is healthy.", evidence=pointer)
    ms = answer["ms"]
    if answer["status"] != 200 or ms is None:
        return failed(f"{health['path']} was answered with {answer['status'] or 'nothing'}.", evidence=pointer)
    observed = f"{health['path']} answers {'JSON' if answer['is_json'] else 'no JSON'} in {ms:.0f} ms."
    if ms > thresholds["ms"]:
        return failed(observed, score=0.3, evidence=pointer)
    return passed(observed, evidence=pointer) if answer["is_json"] else failed(observed, score=0.6, evidence=pointer)


def _seen(status: int, ms: float, *, json: bool) -> dict[str, dict[str, Any]]:
    return {"health": {"path": "/health", "contract": {"status": status, "ms": ms, "is_json": json}}}


CHECK = Check(
    id="health_answers_by_contract",
    version=1,
    title="The health path keeps the usual contract",
    failed_title="The health path does not keep the usual contract",
    why=(
        "Load balancers give a health path about a second and look at its status; people and dashboards read its "
        "body. 200 with a small JSON document serves both."
    ),
    fix='Answer GET /health with 200 and {"status": "ok"}, and do nothing slow for it.',
    category="deploy",
    weight=MEDIUM,
    effort="minutes",
    level=1,
    thresholds={"ms": 1000},
    follows="answers_health_path",
    judge=judge,
    needs=("health",),
    examples=(
        Example("kept", Evidence("general", probes=_seen(200, 4, json=True)), "pass"),
        Example("a word", Evidence("general", probes=_seen(200, 4, json=False)), "fail"),
        Example("slow", Evidence("general", probes=_seen(200, 2500, json=True)), "fail"),
        Example("none", Evidence("general", probes={"health": {"path": None, "contract": None}}), "fail"),
    ),
)
