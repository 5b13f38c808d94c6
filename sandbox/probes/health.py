"""Does the health path still say that it is well after the load, whoever asks?"""

from __future__ import annotations

from typing import Any

from sandbox.probes import Probe, Target

TIMES = 6


def gather(target: Target) -> dict[str, Any]:
    """{path, asked, good, answers: [{agent, status, why}]}; `asked` is 0 when no path was ever healthy."""
    path = target.seen["boot"].get("health_path")
    if not path:
        return {"path": None, "asked": 0, "good": 0, "answers": []}
    done = target.pod.tool(
        "health",
        {"port": target.port, "path": path, "times": TIMES},
        timeout_s=60.0,
        cancellation=target.cancellation,
    )
    good = sum(not answer["why"] for answer in done["answers"])
    return {"path": path, "asked": len(done["answers"]), "good": good, "answers": done["answers"]}


PROBE = Probe("health", 1, 35, "service", "Does its health path mean what it says, whoever asks?", gather)
