"""A load second by second, for plots: answers and how fast, beside the service's memory and processor. Pure."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

MOST_ROWS = 600


def timeline(steps: list[dict[str, Any]], samples: list[Any], *, began: float, started: float) -> list[dict[str, Any]]:
    """[{at_s, step, sent, failed, errors, rps, p50_ms, p95_ms, memory_bytes, cpu}], a second each; thinned to 600.

    `at_s` counts from the load's begin; `cpu` is in cores. Memory and processor are null where no sample is near.
    """
    times = [sample.at_s for sample in samples]
    rows = []
    for step in steps:
        for second in step["timeline"]:
            at = step["at"] - began + second["at_s"]
            done = second["sent"] - second["failed"]
            row = {"at_s": round(at, 1), "step": step["name"], "sent": second["sent"], "failed": second["failed"]}
            row |= {"errors": second["failed"], "rps": done, "p50_ms": second["p50_ms"], "p95_ms": second["p95_ms"]}
            rows.append(row | used(samples, times, at + began - started))
    step_size = -(-len(rows) // MOST_ROWS) if rows else 1
    return rows[::step_size]


def used(samples: list[Any], times: list[float], at_s: float) -> dict[str, Any]:
    """Memory and cores of the sample that follows a moment within two seconds."""
    number = bisect_left(times, at_s)
    if not 0 < number < len(samples) or times[number] - at_s > 2.0:
        return {"memory_bytes": None, "cpu": None}
    before, now = samples[number - 1], samples[number]
    passed = now.at_s - before.at_s
    cpu = max(0.0, (now.cpu_s - before.cpu_s) / passed) if passed > 0 else 0.0
    return {"memory_bytes": now.memory_bytes, "cpu": round(cpu, 3)}
