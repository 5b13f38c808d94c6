"""Whether an open step measured the service, and not the generator that sent it. Pure."""

from __future__ import annotations

from typing import Any

from sandbox.load.capacity import GENERATOR_BUSY

LATE_MS, LATE_SHARE = 2.0, 0.05


def checked(step: dict[str, Any], slo_ms: float) -> dict[str, Any]:
    """The step, not valid any more where our generator was late or nearly out of processor time."""
    late, allowed = step["lateness_p95_ms"], max(LATE_MS, LATE_SHARE * slo_ms)
    why = ""
    if late is not None and late > allowed:
        why = f"our generator sent {late:.0f} ms late"
    elif step["offered_rps"] and step["generator_cpu"] >= GENERATOR_BUSY:
        why = f"our generator used {step['generator_cpu']:.0%} of its core"
    return step | {"valid": False, "why": step["why"] or why} if why else step
