"""Do the words of a streamed answer arrive while they are made, and does the model stop when nobody listens?"""

from __future__ import annotations

import time
from typing import Any

from sandbox.assistant.asking import Asker, asker_of
from sandbox.assistant.marks import word
from sandbox.probes import Probe, Target

# Between two pieces of the model's answer, of which there are about forty.
PACE_S, SLOW_PACE_S = 0.04, 0.12
PATIENCE_S, NOTICED_S, LOOK_S = 12.0, 12.0, 0.1


def gather(target: Target) -> dict[str, Any]:
    """{asked, path, status, content_type, first_ms, last_ms, pieces, upstream, left: {first_ms, ended, gone, seconds}}.

    `path` is null when nothing says that it streams. `upstream`: the model's own answer was streamed. `left` is of an
    answer whose reader went away after the first piece: how many seconds the model's call went on.
    """
    asker = asker_of(target)
    if asker is None:
        return {"asked": False}
    route = asker.route
    if not asker.kind.streams(route, target.seen["ai_ask"]):
        return {"asked": True, "path": None}
    marker, left = word(), word()
    asker.rule({marker: {"pace_s": PACE_S}, left: {"pace_s": SLOW_PACE_S}})
    answer = asker.send([_request(asker, marker)])[0]
    asker.rule({left: {"pace_s": SLOW_PACE_S}})
    calls = asker.calls(marker)
    document = {
        "asked": True,
        "path": route["stream"] or route["path"],
        "status": answer["status"],
        "content_type": answer["content_type"],
        "first_ms": answer["first_ms"],
        "last_ms": answer["ms"],
        "pieces": answer["pieces"],
        "upstream": any(call["stream"] for call in calls),
        "calls": len(calls),
    }
    return document | {"left": _left(asker, left) if document["upstream"] else None}


def _left(asker: Asker, marker: str) -> dict[str, Any]:
    """The model's call is told when it ends, by itself or because its client went away."""
    answer = asker.send([_request(asker, marker, hang_up=True)])[0]
    until = time.monotonic() + NOTICED_S
    while not (calls := asker.calls(marker)) and time.monotonic() < until:
        time.sleep(LOOK_S)
    asker.rule()
    call = calls[-1] if calls else {}
    return {
        "first_ms": answer["first_ms"],
        "ended": bool(calls),
        "gone": bool(call.get("gone")),
        "seconds": call.get("seconds"),
    }


def _request(asker: Asker, marker: str, **more: Any) -> dict[str, Any]:
    question = f"Tell me about the city of Vornhagen, its harbour and its history. ({marker})"
    return asker.request(question, stream=True, total_s=PATIENCE_S, **more)


PROBE = Probe("ai_streaming", 2, 56, "service", "Do words arrive while they are made?", gather)
