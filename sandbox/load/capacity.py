"""Capacity: how many requests a second are answered when a few users send as fast as they can. Pure.

The best of three gated steps is the most repeatable number that a load gives: its coefficient of variation was 3 to
7 % in the design's tests.
"""

from __future__ import annotations

from statistics import median
from typing import Any

# The same users' repeats further apart than this are noisy: two more are made, and then the low end counts.
SPREAD = 0.15
# A generator this busy, or this near what it can send at most, was the limit itself.
GENERATOR_BUSY, NEAR_CEILING = 0.80, 0.80


def is_noisy(repeats: list[dict[str, Any]]) -> bool:
    """Of valid repeats with the same number of users."""
    rates = [step["rps"] for step in repeats if step["valid"]]
    return len(rates) > 1 and median(rates) > 0 and (max(rates) - min(rates)) / median(rates) > SPREAD


def capacity(by_users: dict[int, list[dict[str, Any]]], ceiling: float | None) -> dict[str, Any]:
    """{rps, low, high, users, noisy, failed, at_least, valid, why}: of the number of users that gave the most.

    `rps` is the best repeat, or the lowest where they are noisy. What was outside the gate counts only where nothing
    was inside: it is then shown, and not valid.
    """
    every = [step for repeats in by_users.values() for step in repeats]
    valid = {users: [step for step in repeats if step["valid"]] for users, repeats in by_users.items()}
    inside = any(valid.values())
    counted = {users: steps for users, steps in (valid if inside else by_users).items() if steps}
    users = max(counted, key=lambda one: max(step["rps"] for step in counted[one]))
    steps, rates = counted[users], [step["rps"] for step in counted[users]]
    noisy = inside and is_noisy(steps)
    best = max(steps, key=lambda step: step["rps"])
    limited = best["generator_cpu"] >= GENERATOR_BUSY
    limited = limited or (ceiling is not None and best["rps"] >= NEAR_CEILING * ceiling)
    return {
        "rps": min(rates) if noisy else max(rates),
        "low": min(rates),
        "high": max(rates),
        "users": users,
        "noisy": noisy,
        "failed": sum(step["failed"] for step in steps),
        "at_least": limited,
        "valid": inside,
        "why": "" if inside else next((step["why"] for step in every if step["why"]), ""),
    }
