"""Does a person get an answer in bounded time when the model never gives one, and do the others not wait with them?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.assistant.judging import HONEST, evidence_of, no_models, seconds, unasked
from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_shown, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    if (nothing := unasked(evidence)) is not None:
        return nothing
    seen = evidence.probe("ai_hanging") or {}
    pointer = ("/probes/ai_hanging",)
    status, took = seen["status"], seen["ms"]
    if status == 200 and not seen["calls"]:
        return not_shown("The question was answered without the model that hung.")
    blocked = [row["path"] for row in seen["others"] if row["status"] is None or row["status"] >= 500]
    parts = [
        f"with a model that hangs the question was answered {status} after {seconds(took)}"
        if status is not None
        else f"with a model that hangs the question had no answer after {seconds(took)}"
    ]
    parts.append(f"meanwhile {', '.join(blocked)} failed too" if blocked else "others were answered meanwhile")
    recovered = seen["recovered"]["status"]
    if recovered != 200:
        parts.append(f"the next question was answered {recovered}")
    observed = "; ".join(parts)
    observed = observed[0].upper() + observed[1:] + "."
    in_time = status is not None and took <= 1000 * thresholds["most_s"]
    honest = status in HONEST or status == 200
    score = round(0.5 * in_time + 0.2 * (in_time and honest) + 0.15 * (not blocked) + 0.15 * (recovered == 200), 2)
    if score == 1.0:
        return passed(observed, evidence=pointer)
    return failed(observed, score=score, evidence=pointer)


def _evidence(status: int | None, ms: float, other: int | None = 200) -> Evidence:
    rows: list[dict[str, Any]] = [{"path": "/health", "status": other, "ms": 5.0}]
    seen = {
        "status": status,
        "ms": ms,
        "calls": 1,
        "gone": True,
        "others": rows,
        "recovered": {"status": 200, "ms": 9.0},
    }
    return evidence_of(ai_hanging=seen)


CHECK = Check(
    id="bounds_a_hanging_model",
    version=1,
    title="Gives up on a model that hangs",
    failed_title="Waits for a model that hangs",
    why=(
        "Clients of model providers wait ten minutes by default, and a person leaves after ten seconds. A call without "
        "a deadline also keeps a worker, a connection and memory until there are none left for anybody else."
    ),
    fix="Give every call of a model a timeout of a few seconds, and answer 503 or 504 when it is over.",
    category="track",
    weight=HIGH,
    judge=judge,
    needs=("ai_ask", "ai_hanging"),
    tracks=("ai",),
    effort="minutes",
    follows="calls_models",
    thresholds={"most_s": 15.0},
    examples=(
        Example("gives up", _evidence(504, 5000.0), "pass"),
        Example("waits", _evidence(None, 20000.0), "fail"),
        Example("blocks everybody", _evidence(504, 5000.0, None), "fail"),
        Example("crashes", _evidence(500, 5000.0), "fail"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
