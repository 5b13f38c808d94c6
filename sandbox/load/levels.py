"""SLO levels: at which share of its capacity does a service still keep its promise? Pure.

Not a knee: a search for the highest rate was the noisiest number of all that were tried (20 % in the design's tests).
"""

from __future__ import annotations

from statistics import median
from typing import Any

FRACTIONS = (0.25, 0.5, 0.7, 0.85)
FAILURES, COMPLETED = 0.01, 0.98
RETRIES = 2


def keeps(step: dict[str, Any], slo_ms: float) -> bool:
    """The median second's p95 is within the objective, at most 1 % failed, and 98 % of what was offered was done."""
    if not step["sent"] or step["failed"] > FAILURES * step["sent"] or step["done"] < COMPLETED * step["sent"]:
        return False
    p95 = window_p95(step)
    return p95 is not None and p95 <= slo_ms


def window_p95(step: dict[str, Any]) -> float | None:
    """The median of its seconds' 95th percentiles, those that do not count left out."""
    seconds = step["timeline"][int(step.get("discard_s", 0.0) + 0.999) :]
    found = [second["p95_ms"] for second in seconds if second["p95_ms"] is not None]
    whole: float | None = step["p95_ms"]
    return round(median(found), 2) if found else whole


def level(fraction: float, runs: list[dict[str, Any]], slo_ms: float) -> dict[str, Any]:
    """{fraction, rps, passed, p95_ms, failed, sent, runs, valid, why}; a failed one ran again: best two of three."""
    kept = [run for run in runs if keeps(run, slo_ms)]
    passed = bool(kept) and (len(runs) == 1 or len(kept) >= 2)
    found = [p95 for run in runs if (p95 := window_p95(run)) is not None]
    invalid = [run for run in runs if not run["valid"]]
    return {
        "fraction": fraction,
        "rps": runs[0]["offered_rps"],
        "passed": passed,
        "p95_ms": round(median(found), 2) if found else None,
        "failed": sum(run["failed"] for run in runs),
        "sent": sum(run["sent"] for run in runs),
        "runs": len(runs),
        # A level that was kept although the host was busy is kept all the same.
        "valid": passed or not invalid,
        "why": "" if passed or not invalid else invalid[0]["why"],
    }
