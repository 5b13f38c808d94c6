"""Does the health path still say that it is well after the load, whoever asks, and which paths say what of it?"""

from __future__ import annotations

import json
from typing import Any

from sandbox.asking import SLACK_S, fetch, get
from sandbox.probes import Probe, Target
from sandbox.readiness import health_paths

TIMES = 6
ASK_S = 5.0
LIVE = ("/live", "/livez", "/health/live", "/health/liveness", "/healthz/live", "/liveness", "/alive", "/ping")
READY = ("/ready", "/readyz", "/health/ready", "/health/readiness", "/healthz/ready", "/readiness")
BODY_BYTES = 16 * 1024


def gather(target: Target) -> dict[str, Any]:
    """{path, asked, good, answers: [{agent, status, why}], live, ready, contract}.

    `asked` is 0 when no path was ever healthy. `live` and `ready` are the paths named so that answered well, or None;
    `contract` is what the health path answered: {status, content_type, is_json, ms}, or None.
    """
    found = _named(target)
    path = target.seen["boot"].get("health_path")
    if not path:
        return {"path": None, "asked": 0, "good": 0, "answers": [], "contract": None, **found}
    done = target.pod.tool(
        "health",
        {"port": target.port, "path": path, "times": TIMES},
        timeout_s=60.0,
        cancellation=target.cancellation,
    )
    good = sum(not answer["why"] for answer in done["answers"])
    seen = {"path": path, "asked": len(done["answers"]), "good": good, "answers": done["answers"]}
    return seen | {"contract": _contract(target, path), **found}


def _contract(target: Target, path: str) -> dict[str, Any]:
    answer = fetch(target, [get(path)], body_bytes=BODY_BYTES)[0]
    try:
        is_json = isinstance(json.loads(answer["body"]), dict)
    except (ValueError, RecursionError):
        is_json = False
    return {
        "status": answer["status"],
        "content_type": answer["content_type"],
        "is_json": is_json,
        "ms": answer["ms"],
    }


def _named(target: Target) -> dict[str, Any]:
    """{live, ready}: the first path of each kind that answers well, its own routes before the usual names."""
    own = health_paths(target.plan)
    told = {name: [path] for name, path in target.plan.hints.get("monitoring", {}).items()}
    wanted = {
        "live": list(dict.fromkeys([*told.get("live", []), *(path for path in own if "live" in path.lower()), *LIVE])),
        "ready": list(
            dict.fromkeys([*told.get("ready", []), *(path for path in own if "read" in path.lower()), *READY])
        ),
    }
    done = target.pod.tool(
        "outlook",
        {
            "port": target.port,
            "paths": [*dict.fromkeys(wanted["live"] + wanted["ready"])],
            "watched": None,
            "until": "",
            "seconds": ASK_S,
            "ask_s": ASK_S,
        },
        timeout_s=ASK_S + SLACK_S,
        cancellation=target.cancellation,
    )
    # Whoever answers every path with success has named none of them.
    if target.seen.get("errors", {}).get("unknown_path", {}).get("status") == 200:
        return {"live": None, "ready": None}
    return {
        kind: next((path for path in paths if not done["paths"][path]["why"]), None) for kind, paths in wanted.items()
    }


PROBE = Probe("health", 2, 35, "service", "Does its health path mean what it says, whoever asks?", gather)
