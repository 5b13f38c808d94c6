"""Does it listen where PORT says, and does a second copy beside the first answer alike?"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from sandbox.asking import fetch, get
from sandbox.deployment import app_environment
from sandbox.faults import TeamFault
from sandbox.probes import Probe, Target
from sandbox.readiness import wait_ready
from sandbox.resilience.dependencies import patience
from sandbox.resilience.roundtrip import write

PORTS = range(8123, 8143)
BOOT_S = 25.0
COMPARED = 6


def gather(target: Target) -> dict[str, Any]:
    """{port, listens, why, ready_after_s, compared, different: [{path, first, second}], shared}.

    A second container of the same image runs beside the first, told another port by PORT. `shared` is whether what was
    written to the second is shown by the first; None when nothing can be written and read back.
    """
    own = {row["port"] for row in target.seen["boot"].get("listening", ())}
    port = next(port for port in PORTS if port not in own | target.taken)
    since = time.monotonic()
    service = target.pod.start(
        "replica",
        target.image,
        command=target.plan.start,
        env=app_environment(target.plan) | {"PORT": str(port)},
    )
    plan = replace(target.plan, ports=(port,))
    second = replace(
        target, service=service, plan=plan, seen={}, started_at=since, taken=target.taken | own, say=lambda *_: None
    )
    try:
        try:
            document = wait_ready(second, service, patience(target, BOOT_S), since=since)
        except TeamFault as fault:
            return {"port": port, "listens": False, "why": fault.title} | _nothing()
        if document["port"] != port or document["state"] == "failed":
            where = "nowhere" if document["port"] is None else f"on {document['port']}"
            return {"port": port, "listens": document["port"] == port, "why": f"It listened {where}."} | _nothing()
        seen = {"port": port, "listens": True, "why": "", "ready_after_s": document["ready_after_s"]}
        return seen | _compared(target, port)
    finally:
        service.signal("SIGKILL")


def _nothing() -> dict[str, Any]:
    return {"ready_after_s": None, "compared": 0, "different": [], "shared": None}


def _compared(target: Target, port: int) -> dict[str, Any]:
    rows = target.seen.get("scenario", {}).get("requests", [])
    paths = [get(row["path"]) for row in rows if row["method"] == "GET" and row.get("shape")][:COMPARED]
    pairs = zip(fetch(target, paths), fetch(target, paths, port=port), strict=True) if paths else []
    different = [
        {"path": asked["path"], "first": first["shape"], "second": second["shape"]}
        for asked, (first, second) in zip(paths, pairs, strict=True)
        if first["shape"] != second["shape"]
    ]
    written = write(target, port)
    return {
        "compared": len(paths),
        "different": different,
        "shared": written.is_shown(target) if written else None,
    }


PROBE = Probe("replica", 1, 86, "service", "Does a second copy on another port answer alike?", gather)
