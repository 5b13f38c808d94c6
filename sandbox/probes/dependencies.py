"""What happens when a data service hangs, is gone, and is back? Each of the stack is taken away in turn."""

from __future__ import annotations

import json
from typing import Any

from sandbox.asking import fetch, scrape
from sandbox.engine import Service
from sandbox.exposition import Exposition, parse
from sandbox.monitoring.firing import fired
from sandbox.monitoring.logs import errors_in, since
from sandbox.monitoring.scrapes import errors, nearest, returned, rises
from sandbox.plan import Companion
from sandbox.probes import Probe, Target
from sandbox.resilience.dependencies import bring_back, data_services, names, restarted, take_away
from sandbox.resilience.outlook import Outlook

HANGS_ASK_S, RED_S, GREEN_S = 6.0, 8.0, 12.0
LOG_BYTES = 512 * 1024
SHOWN_CHARACTERS = 300


def gather(target: Target) -> dict[str, Any]:
    """{ready, live, routes, services: [{name, runtime, hangs, gone, back, reports}]}; docs/probes.md says the rest."""
    outlook = Outlook.of(target)
    found = data_services(target)
    seen = {"ready": outlook.ready, "live": outlook.live, "routes": list(outlook.routes)}
    rows = []
    for number, (one, service) in enumerate(found):
        target.say(f"{one.name} hangs", number / len(found))
        hangs = _hang(target, outlook, service)
        target.say(f"{one.name} is gone", (number + 0.4) / len(found))
        rows.append({"name": one.name, "runtime": one.runtime, "hangs": hangs, **_lose(target, outlook, one, service)})
    return seen | {"services": rows}


def _hang(target: Target, outlook: Outlook, service: Service) -> dict[str, Any]:
    """It holds its connections and answers nothing: {running, paths, green_after_s}."""
    service.pause(paused=True)
    try:
        paths = outlook.look(target, ask_s=HANGS_ASK_S)["paths"]
    finally:
        service.pause(paused=False)
    running = target.service.state().running
    green = outlook.look(target, "green", seconds=GREEN_S)["turned_after_s"] if running else None
    return {"running": running, "ask_s": HANGS_ASK_S, "paths": _shown(paths), "green_after_s": green}


def _lose(target: Target, outlook: Outlook, one: Companion, service: Service) -> dict[str, Any]:
    """{gone, back, reports} of a service that was killed and started again."""
    before, log = _page(target), target.service.logs(LOG_BYTES)
    well = outlook.look(target)["paths"]
    calm = _page(target)
    take_away(service)
    try:
        red = outlook.look(target, "red", seconds=RED_S, ask_s=HANGS_ASK_S)
        running = target.service.state().running
        during = _page(target) if running else None
        firing = _firing(target, outlook, [before, calm], during)
    finally:
        bring_back(target, one, service)
    lines = errors_in(since(log, target.service.logs(LOG_BYTES)))
    back = outlook.look(target, "green", seconds=GREEN_S) if running else {"turned_after_s": None, "paths": {}}
    after = _page(target) if running else None
    broken = _broken(outlook, well, back["paths"])
    gone = {"running": running, "red_after_s": red["turned_after_s"], "paths": _shown(red["paths"])}
    return {
        "gone": gone,
        "back": {
            "green_after_s": back["turned_after_s"],
            "broken": broken,
            # What it keeps of the service at its start (tables, say) is gone with it here: a start brings it again.
            "restarted": restarted(target) if broken or not running or back["turned_after_s"] is None else None,
        },
        "reports": {
            "failed": sum((row["status"] or 599) >= 500 for row in red["paths"].values()),
            "error_lines": len(lines),
            "line": lines[0][:SHOWN_CHARACTERS] if lines else "",
            **_counted(before, during, after),
            "alerts": firing,
            "detail": _detail(one, red["paths"].get(outlook.ready or "", {})),
        },
    }


def _counted(before: Exposition | None, during: Exposition | None, after: Exposition | None) -> dict[str, Any]:
    """{error_series, error_delta, state_series}: what counted the errors, and which gauge changed and returned."""
    if before is None or during is None:
        return {"error_series": None, "error_delta": 0.0, "state_series": None}
    name, delta = nearest(rises(errors(before), errors(during)), 1)
    state = next(iter(returned(before, during, after)), None) if after is not None else None
    return {"error_series": name, "error_delta": delta, "state_series": state}


def _firing(target: Target, outlook: Outlook, calm: list[Exposition | None], during: Exposition | None) -> list[str]:
    """The alerts of the repository that fire now and did not before; one more look, as a rate needs."""
    rules = target.seen.get("monitoring_files") or {}
    if during is None or not rules.get("alerts"):
        return []
    outlook.look(target, ask_s=HANGS_ASK_S)
    last = _page(target)
    if last is None or calm[0] is None or calm[1] is None:
        return []
    return fired(rules, [calm[0], calm[1]], [during, last])


def _detail(one: Companion, row: dict[str, Any]) -> bool:
    """Whether the body of the red readiness path, which must be JSON, names the service that is gone."""
    try:
        document = json.loads(row.get("body") or "")
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and bool(row.get("why")) and names(one, json.dumps(document))


def _broken(outlook: Outlook, well: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Routes that were answered well before and are not now."""
    return [
        path
        for path in outlook.routes
        if path in now and (well[path]["status"] or 599) < 500 <= (now[path]["status"] or 599)
    ]


def _page(target: Target) -> Exposition | None:
    metrics = target.seen.get("metrics", {})
    if not metrics.get("parses"):
        return None
    try:
        return parse(fetch(target, [scrape(metrics["path"])])[0]["body"])
    except ValueError:
        return None


def _shown(paths: dict[str, Any]) -> dict[str, Any]:
    return {path: {**row, "body": row["body"][:SHOWN_CHARACTERS]} for path, row in paths.items()}


PROBE = Probe("dependencies", 1, 60, "service", "What happens when a data service hangs, is gone, and is back?", gather)
