"""A load's document: from what was sent to what checks and pages read. Pure; see docs/probes.md, "load"."""

from __future__ import annotations

from statistics import median
from typing import Any

from sandbox.load.levels import window_p95
from sandbox.load.phase import Phase
from sandbox.load.timeline import timeline

# What is kept of each step.
STEP = (
    *("name", "kind", "offered_rps", "users", "seconds", "sent", "done", "failed", "rps"),
    *("p50_ms", "p95_ms", "p99_ms", "max_ms", "histogram", "statuses", "answers_changed"),
    *("lateness_p95_ms", "generator_cpu", "foreign_cpu", "steal", "spin", "throttled_periods", "tries", "valid", "why"),
)


def document(phase: Phase, *, began: float, started: float, samples: list[Any]) -> dict[str, Any]:
    """`began` is when the load began and `started` when the service was started, on the monotonic clock."""
    seconds, slo_ms = timeline(phase.steps, samples, began=began, started=started), phase.slo_ms
    return {
        **standard(phase),
        "capacity_rps": phase.capacity["rps"],
        "capacity_failures": phase.capacity["failed"],
        "closed_users": phase.capacity["users"],
        "at_least": phase.capacity["at_least"],
        "capacity": phase.capacity,
        "slo_ms": slo_ms,
        "slo_rps": max((one["rps"] for one in phase.levels if one["passed"]), default=0.0),
        "levels": phase.levels,
        "declared": phase.declared and promise(phase.declared, phase.promised.get("slo_ms", slo_ms)),
        "overload": [overload(one, phase.capacity["rps"]) for one in phase.overloads],
        "recovery": phase.recovery and recovery(phase.recovery, phase.standard),
        "crowd": phase.crowd and crowd(phase.crowd, phase.standard),
        "soak": phase.soak and soak(phase.soak, samples, started),
        "contents": {
            name: sum(step.get(f"contents_{name}", 0) for step in phase.steps) for name in ("compared", "changed")
        },
        "changed_under_load": sum(
            step["answers_changed"] for step in phase.steps if step["kind"] in ("closed", "open")
        ),
        "answered_under_load": sum(
            step["done"] + step["answers_changed"] for step in phase.steps if step["kind"] in ("closed", "open")
        ),
        "generator": {"ceiling_rps": phase.ceiling},
        "gate": phase.gate.to_json(),
        "steps": [{name: step.get(name) for name in STEP} for step in phase.steps],
        "timeline": seconds,
    }


def standard(phase: Phase) -> dict[str, Any]:
    """The figures at the standard rate: medians of the windows that count, sums where things were counted."""
    valid = [step for step in phase.standard if step["valid"]]
    steps = valid or phase.standard
    sent, failed = sum(step["sent"] for step in steps), sum(step["failed"] for step in steps)
    statuses: dict[str, int] = {}
    for step in steps:
        for name, count in step["statuses"].items():
            statuses[name] = statuses.get(name, 0) + count
    return {
        "valid": bool(valid),
        "why": "" if valid else next((step["why"] for step in steps if step["why"]), ""),
        "rate_rps": phase.limits.load_rate_rps,
        "window_s": phase.limits.load_window_s,
        "windows": len(steps),
        "sent": sent,
        "completed": sent - failed,
        "failures": failed,
        "failure_pct": round(100 * failed / max(sent, 1), 2),
        "throughput_rps": middle([step["rps"] for step in steps]),
        **{name: middle([step[name] for step in steps]) for name in ("p50_ms", "p95_ms", "p99_ms")},
        "p95_low_ms": min((step["p95_ms"] for step in steps if step["p95_ms"] is not None), default=None),
        "p95_high_ms": max((step["p95_ms"] for step in steps if step["p95_ms"] is not None), default=None),
        "max_ms": max((step["max_ms"] for step in steps if step["max_ms"] is not None), default=None),
        "lateness_p95_ms": max((step["lateness_p95_ms"] or 0.0 for step in steps), default=None),
        "generator_cpu_pct": round(100 * max((step["generator_cpu"] for step in steps), default=0.0), 1),
        "answers_changed": sum(step["answers_changed"] for step in steps),
        "statuses": statuses,
        "histogram": pooled([step["histogram"] for step in steps]),
        "steadiness": steadiness([step["steadiness"] for step in phase.standard]),
    }


def middle(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(median(known), 2) if known else None


def pooled(histograms: list[dict[str, list[Any]]]) -> list[list[Any]]:
    """[[upper bound in ms, count], ...] of the classes that are not empty, of all together."""
    counts: dict[float, int] = {}
    for one in histograms:
        for bound, count in zip(one["bounds_ms"], one["counts"], strict=True):
            counts[bound] = counts.get(bound, 0) + count
    return [[bound, count] for bound, count in sorted(counts.items()) if count]


def steadiness(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "polls": sum(row["polls"] for row in rows),
        "failures": sum(row["failures"] for row in rows),
        "p95_ms": max((row["p95_ms"] for row in rows if row["p95_ms"] is not None), default=None),
        "longest_outage_s": max((row["longest_outage_s"] for row in rows), default=0.0),
    }


def promise(step: dict[str, Any], slo_ms: float) -> dict[str, Any]:
    """How the rate went that the team itself names."""
    return {
        "rps": step["offered_rps"],
        "slo_ms": slo_ms,
        "p95_ms": window_p95(step),
        "sent": step["sent"],
        "failed": step["failed"],
        "valid": step["valid"],
    }


def overload(step: dict[str, Any], capacity_rps: float) -> dict[str, Any]:
    """What came of a multiple of the capacity: `goodput` is what was answered well, as a share of the capacity."""
    return {
        "factor": step["factor"],
        "offered_rps": round(step["offered_rps"], 1),
        "goodput_rps": step["in_time_rps"],
        "goodput_share": round(step["in_time_rps"] / capacity_rps, 3) if capacity_rps else None,
        "shed_quickly": step["shed_quickly"],
        "sent": step["sent"],
        "failed": step["failed"],
        "valid": step["valid"],
        "why": step["why"],
    }


def recovery(step: dict[str, Any], before: list[dict[str, Any]]) -> dict[str, Any]:
    """`after_s`: from this second on each was as before the overload; null when none was until the end.

    As before: nothing failed, and its p95 within a fifth (or 10 ms, which is a timer's share) of the highest before.
    """
    usual = max((one["p95_ms"] for one in before if one["p95_ms"] is not None), default=None)
    after: int | None = None
    for second in step["timeline"]:
        p95 = second["p95_ms"]
        well = usual is not None and p95 is not None and not second["failed"] and p95 <= max(1.2 * usual, usual + 10)
        after = None if not well else second["at_s"] if after is None else after
    return {
        "after_s": after,
        "seconds": step["seconds"],
        "p95_ms": step["p95_ms"],
        "before_p95_ms": usual,
        "failed": step["failed"],
        "sent": step["sent"],
        "valid": step["valid"],
        "why": step["why"],
    }


def crowd(step: dict[str, Any], before: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "p95_ms": step["p95_ms"],
        "before_p95_ms": middle([one["p95_ms"] for one in before]),
        "failed": step["failed"],
        "sent": step["sent"],
        "refused": step.get("crowd_refused", 0),
        "valid": step["valid"],
        "why": step["why"],
    }


def soak(step: dict[str, Any], samples: list[Any], started: float) -> dict[str, Any]:
    """Memory over a steady load: the slope of a straight line through it, and how straight it was (`r2`)."""
    begin = step["at"] - started
    rows = [(one.at_s, one.memory_bytes) for one in samples if begin <= one.at_s <= begin + step["seconds"]]
    slope, r2 = line(rows)
    return {
        "seconds": step["seconds"],
        "requests": step["done"],
        "rps": step["rps"],
        "samples": len(rows),
        "first_bytes": rows[0][1] if rows else None,
        "last_bytes": rows[-1][1] if rows else None,
        "bytes_per_s": slope,
        "r2": r2,
    }


def line(rows: list[tuple[float, float]]) -> tuple[float | None, float | None]:
    """(slope, coefficient of determination) of least squares; (None, None) of fewer than five points."""
    if len(rows) < 5:
        return None, None
    count = len(rows)
    middle_x, middle_y = sum(x for x, _ in rows) / count, sum(y for _, y in rows) / count
    xx = sum((x - middle_x) ** 2 for x, _ in rows)
    yy = sum((y - middle_y) ** 2 for _, y in rows)
    xy = sum((x - middle_x) * (y - middle_y) for x, y in rows)
    return round(xy / xx, 1) if xx else None, round(xy * xy / (xx * yy), 3) if xx and yy else 0.0
