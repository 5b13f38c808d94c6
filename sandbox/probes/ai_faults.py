"""What does a person get when the model is slow, limited, broken or gone, and how often is it asked again?"""

from __future__ import annotations

from typing import Any

from sandbox.assistant.asking import asker_of
from sandbox.assistant.marks import word
from sandbox.probes import Probe, Target

FAULTS: dict[str, dict[str, Any]] = {
    "limited_twice": {"name": "rate_limited", "retry_after_s": 1, "times": 2},
    "limited": {"name": "rate_limited", "retry_after_s": 1},
    "failing": {"name": "failing"},
    "overloaded": {"name": "overloaded"},
    "malformed": {"name": "malformed"},
    "cut": {"name": "cut"},
    "reset": {"name": "reset"},
    "slow": {"name": "slow", "delay_s": 3.0},
}
PATIENCE_S, TOTAL_S = 15.0, 75.0
TRACEBACKS = ("Traceback (most recent call last)", 'File "/', "node_modules/", "Werkzeug Debugger")
SHOWN, MOST_TIMES = 200, 30


def gather(target: Target) -> dict[str, Any]:
    """{asked, faults: {name: {status, error, ms, json, leaks, said, calls, at_s}}, recovered: {status, ms}, health}.

    One question meets each fault; `calls` of the model and their times are those that it led to. Afterwards another
    question meets none, and the health path is asked.
    """
    asker = asker_of(target)
    if asker is None:
        return {"asked": False}
    markers = {name: word() for name in FAULTS}
    asker.rule({markers[name]: mode for name, mode in FAULTS.items()})
    questions = [f"Who keeps the tower of Vornhagen? ({marker})" for marker in markers.values()]
    questions.append(f"Who keeps the gate of Vornhagen? ({word()})")
    requests = [asker.request(question, total_s=PATIENCE_S) for question in questions]
    health = target.seen["boot"].get("health_path")
    if health:
        requests.append({"method": "GET", "path": health})
    answers = asker.send(requests, total_s=TOTAL_S)
    asker.rule()
    document: dict[str, Any] = {"asked": True, "faults": {}}
    for (name, marker), answer in zip(markers.items(), answers, strict=False):
        calls = asker.calls(marker)
        document["faults"][name] = {
            "status": answer["status"],
            "error": answer["error"],
            "ms": answer["ms"],
            "json": "json" in answer["content_type"],
            "leaks": any(mark in answer["body"] for mark in TRACEBACKS),
            "said": answer["body"][:SHOWN],
            "calls": len(calls),
            "at_s": [call["at_s"] for call in calls][:MOST_TIMES],
        }
    after = answers[len(FAULTS)]
    return document | {
        "recovered": {"status": after["status"], "ms": after["ms"]},
        "health": answers[len(FAULTS) + 1]["status"] if health else None,
    }


PROBE = Probe("ai_faults", 1, 62, "service", "What does a person get when the model fails?", gather)
