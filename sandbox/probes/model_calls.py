"""Which models did it call, and how? Told by the gateway that answered in their place."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sandbox.gateway import HINT
from sandbox.probes import Probe, Target

SHOWN = 20


def gather(target: Target) -> dict[str, Any]:
    """{offered, clients, variables, unreached, calls, kinds, models, statuses, paths, streamed, tokens_in, tokens_out,
    unknown, provider, first}; only {"offered": false} when the plan calls no model."""
    if target.models is None:
        return {"offered": False}
    calls = target.models.calls()
    asked = [call for call in calls if call["kind"] not in ("models", "unknown")]
    return {
        "offered": True,
        **target.plan.hints[HINT],
        "calls": len(asked),
        "kinds": dict(Counter(call["kind"] for call in asked)),
        "models": dict(Counter(call["model"] for call in asked if call["model"]).most_common(SHOWN)),
        "statuses": dict(Counter(str(call["status"]) for call in asked)),
        "paths": dict(Counter(call["path"] for call in asked).most_common(SHOWN)),
        "streamed": sum(call["stream"] for call in asked),
        "tokens_in": sum(call["tokens_in"] for call in asked),
        "tokens_out": sum(call["tokens_out"] for call in asked),
        "unknown": sorted({call["path"] for call in calls if call["kind"] == "unknown"})[:SHOWN],
        # Of a real provider: host, model, what it used of the budget, and which calls it did not answer.
        "provider": target.models.provider(),
        "first": calls[:SHOWN],
    }


PROBE = Probe("model_calls", 1, 38, "service", "Which models did it call?", gather)
