"""Does memory stay well below the limit under load?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed


def _memory(baseline: int, end: int) -> dict[str, Any]:
    megabyte = 1_000_000
    return {
        "baseline_bytes": baseline * megabyte,
        "end_bytes": end * megabyte,
        "peak_bytes": end * megabyte,
        "limit_bytes": 1_000 * megabyte,
    }


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    memory = evidence.probe("memory") or {}
    baseline, end, limit = memory["baseline_bytes"], memory["end_bytes"], memory["limit_bytes"]
    share, growth = memory["peak_bytes"] / limit, (end - baseline) / max(baseline, 1)
    observed = (
        f"{baseline / 1e6:.0f} MB before the load, {end / 1e6:.0f} MB after it; the peak was {share:.0%} of the limit."
    )
    pointer = ("/probes/memory",)
    if 100 * share >= thresholds["most_pct"] or (
        100 * growth > thresholds["most_growth_pct"] and end - baseline > 50_000_000
    ):
        return failed(observed, evidence=pointer)
    return passed(observed, evidence=pointer)


CHECK = Check(
    id="keeps_memory_in_bounds",
    version=1,
    title="Memory stays in bounds",
    failed_title="Memory runs towards the limit",
    why="A service that grows with every request is killed sooner or later, at the worst time.",
    fix="Look for lists and caches that only grow; give caches a size, and close what you open.",
    category="load",
    weight=MEDIUM,
    effort="hours",
    level=2,
    thresholds={"most_pct": 90, "most_growth_pct": 50},
    judge=judge,
    needs=("memory",),
    examples=(
        Example("steady", Evidence("general", probes={"memory": _memory(80, 85)}), "pass"),
        Example("doubles", Evidence("general", probes={"memory": _memory(100, 400)}), "fail"),
        Example("at the limit", Evidence("general", probes={"memory": _memory(950, 980)}), "fail"),
    ),
)
