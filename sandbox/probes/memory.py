"""How much memory and CPU does it use, before, during and after the load?"""

from __future__ import annotations

from typing import Any

from sandbox.engine import Sample
from sandbox.probes import Probe, Target

MAX_SAMPLES = 300


def gather(target: Target) -> dict[str, Any]:
    """{baseline_bytes, peak_bytes, end_bytes, limit_bytes, cpu_s, samples: [{at_s, memory_bytes, cpu_pct, pids}]}

    The baseline is what it used when it had become ready; the end is the median of the last samples.
    """
    samples = target.service.samples()
    if not samples:
        return {"error": "no samples: the watcher saw nothing of the container"}
    ready = target.seen["boot"]["ready_after_s"] or 0.0
    before = [sample.memory_bytes for sample in samples if sample.at_s >= ready][:3] or [samples[0].memory_bytes]
    after = sorted(sample.memory_bytes for sample in samples[-3:])
    return {
        "baseline_bytes": sorted(before)[len(before) // 2],
        "peak_bytes": max(sample.memory_bytes for sample in samples),
        "end_bytes": after[len(after) // 2],
        "limit_bytes": target.limits.run_memory_bytes,
        "cpu_s": round(samples[-1].cpu_s, 3),
        "writable_bytes": next(
            (one.writable_bytes for one in reversed(samples) if one.writable_bytes is not None), None
        ),
        "samples": _rows(samples),
    }


def _rows(samples: list[Sample]) -> list[dict[str, Any]]:
    """At most MAX_SAMPLES, evenly thinned; CPU as per cent of one core since the row before."""
    step = -(-len(samples) // MAX_SAMPLES)
    kept = samples[::step]
    rows = []
    for before, now in zip([kept[0], *kept], kept, strict=False):
        passed = now.at_s - before.at_s
        percent = 100 * (now.cpu_s - before.cpu_s) / passed if passed > 0 else 0.0
        row = {"at_s": round(now.at_s, 2), "memory_bytes": now.memory_bytes, "cpu_pct": round(max(0.0, percent), 1)}
        rows.append(row | {"pids": now.pids})
    return rows


PROBE = Probe("memory", 1, 40, "service", "How much memory and CPU does it use?", gather)
