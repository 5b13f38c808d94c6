"""Does memory stay well below the limit under load?"""

from __future__ import annotations

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


def judge(evidence: Evidence) -> Finding:
    memory = evidence.probe("memory") or {}
    baseline, end, limit = memory["baseline_bytes"], memory["end_bytes"], memory["limit_bytes"]
    share, growth = memory["peak_bytes"] / limit, (end - baseline) / max(baseline, 1)
    observed = (
        f"{baseline / 1e6:.0f} MB before the load, {end / 1e6:.0f} MB after it; the peak was {share:.0%} of the limit."
    )
    pointer = ("/probes/memory",)
    if share >= 0.9 or (growth > 0.5 and end - baseline > 50_000_000):
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
    judge=judge,
    needs=("memory",),
    examples=(
        Example("steady", Evidence("general", probes={"memory": _memory(80, 85)}), "pass"),
        Example("doubles", Evidence("general", probes={"memory": _memory(100, 400)}), "fail"),
        Example("at the limit", Evidence("general", probes={"memory": _memory(950, 980)}), "fail"),
    ),
)
