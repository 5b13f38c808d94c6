"""How long does a person wait for a model that never answers, and do the others wait with them?"""

from __future__ import annotations

from typing import Any

from sandbox.assistant.asking import asker_of
from sandbox.assistant.marks import word
from sandbox.probes import Probe, Target

PATIENCE_S = 20.0


def gather(target: Target) -> dict[str, Any]:
    """{asked, patience_s, status, why, ms, calls, gone, others: [{path, status, ms}], recovered: {status, ms}}.

    `others` are asked while the first waits; `gone`: the application gave the call up by itself.
    """
    asker = asker_of(target)
    if asker is None:
        return {"asked": False}
    hanging, other = word(), word()
    asker.rule({hanging: {"name": "hanging"}})
    requests = [
        asker.request(f"Who sleeps in the castle of Vornhagen? ({hanging})", total_s=PATIENCE_S),
        asker.request(f"Who wakes in the castle of Vornhagen? ({other})", total_s=PATIENCE_S),
    ]
    health = target.seen["boot"].get("health_path")
    if health:
        requests.append({"method": "GET", "path": health, "total_s": PATIENCE_S})
    first, *others = asker.send(requests, together=len(requests), total_s=PATIENCE_S + 5)
    asker.rule()
    calls = asker.calls(hanging)
    after = asker.send([asker.request(f"Who rules the castle of Vornhagen? ({word()})")])[0]
    return {
        "asked": True,
        "patience_s": PATIENCE_S,
        "status": first["status"],
        "why": first["error"],
        "ms": first["ms"],
        "calls": len(calls),
        "gone": any(call["gone"] for call in calls),
        "others": [
            {"path": each["path"].partition("?")[0], "status": answer["status"], "ms": answer["ms"]}
            for each, answer in zip(requests[1:], others, strict=True)
        ],
        "recovered": {"status": after["status"], "ms": after["ms"]},
    }


PROBE = Probe("ai_hanging", 1, 64, "service", "How long is a model waited for that never answers?", gather)
