"""Do its alert rules fire when something is wrong, and only then?

The metrics page is read while good requests are sent, while requests are sent that the service refuses, and while it
gets rows of another law; a page that cannot be read stands for a service that is gone. What the rules say of these
looks is worked out here, as Prometheus would. Rows of the old law are sent at the end.
"""

from __future__ import annotations

from typing import Any

from sandbox.asking import fetch, get, scenario_of, scrape
from sandbox.exposition import Exposition, parse
from sandbox.monitoring.exposed import names_of
from sandbox.monitoring.firing import try_fault, watched
from sandbox.monitoring.refused import refused
from sandbox.prediction import Route
from sandbox.prediction.asking import post, rows_of
from sandbox.prediction.rows import Rows, shifted
from sandbox.probes import Probe, Target

CALM, BAD, ROWS, LEAST_ROWS = 15, 30, 150, 60
# What may be spent on rows, and how many times as many of the old law wash them out again.
BUDGET_MS, CONNECTION_MS, WASHING = 4_000.0, 1.0, 2


def gather(target: Target) -> dict[str, Any]:
    """{looked, why, exposed, faults, alerts: [{name, where, evaluated, why, calm, fired, concerned}]}"""
    files = target.seen.get("monitoring_files") or {}
    if not files.get("alerts") and not files.get("dashboards"):
        return _not("The repository has neither alert rules nor dashboards.")
    path = (target.seen.get("metrics") or {}).get("path") if target.seen.get("metrics", {}).get("parses") else None
    if not path:
        return _not("It has no page of metrics that could be read.")
    alerts = watched(files)
    try:
        looks = _Looks(target, str(path))
        rows = _rows(target) if alerts else None
        requests = scenario_of(target)
        if rows:
            # A request of the scenario is one row again and again, which is another law to whoever watches the rows.
            requests = [*(one for one in requests if one["method"] == "GET"), *rows[1]]
            looks.while_sending(rows[1], WASHING * len(rows[1]))
        calm = looks.while_sending(requests, CALM, first=True)
        faults: dict[str, list[Exposition | None]] = {}
        if alerts:
            faults["refused requests"] = looks.while_sending([refused(target.seen)], BAD)
            # What the bad requests did stays in the counters: it is how things are from here on.
            if rows:
                strange, usual = rows
                faults["rows of another law"] = looks.while_sending(strange, len(strange))
                looks.while_sending(usual, WASHING * len(strange))
            faults["the service is gone"] = [None]
        exposed = {name for page in looks.pages for name in names_of(page)}
    except ValueError as error:
        return _not(f"Its page of metrics could not be read: {str(error)[:160]}.")
    for name, pages in faults.items():
        try_fault(alerts, name, calm, pages)
    return {
        "looked": True,
        "why": "",
        "exposed": sorted(exposed),
        "faults": list(faults),
        "alerts": [one.to_json() for one in alerts],
    }


def _not(why: str) -> dict[str, Any]:
    return {"looked": False, "why": why, "exposed": [], "faults": [], "alerts": []}


class _Looks:
    """Looks at the page, half of the requests before each."""

    def __init__(self, target: Target, path: str) -> None:
        self._target = target
        self._page = scrape(path)
        # An orchestrator asks for readiness all the time, and many set their gauges when it does.
        health = target.seen.get("health") or {}
        paths = (health.get("ready"), health.get("live"), target.seen["boot"].get("health_path"))
        self._looked_after = [get(one) for one in dict.fromkeys(paths) if one]
        self.pages: list[Exposition] = []

    def while_sending(self, requests: list[dict[str, Any]], count: int, *, first: bool = False) -> list[Any]:
        """Two looks, each after half of so many requests, and one before where nothing was looked at yet."""
        sent = [requests[number % len(requests)] for number in range(count)]
        half = len(sent) // 2
        look = [*self._looked_after, self._page]
        wanted = [*(look if first else []), *sent[:half], *look, *sent[half:], *look]
        answers = fetch(self._target, wanted)
        found = [parse(answer["body"]) for answer, one in zip(answers, wanted, strict=True) if one is self._page]
        self.pages += found
        return found


def _rows(target: Target) -> tuple[list[dict[str, Any]], list[dict[str, Any]]] | None:
    """Requests with rows whose columns are all moved up, and with rows as they are; None where nothing predicts."""
    predict = target.seen.get("predict") or {}
    rows: Rows | None = None
    if predict.get("answers"):
        route = Route.from_json(predict["route"])
        rows = rows_of(target, route)
    if rows is None or not rows.numeric:
        return None
    cost = (predict.get("median_ms") or 5.0) + CONNECTION_MS
    count = min(ROWS, int(BUDGET_MS / cost / (1 + 2 * WASHING)))
    if count < LEAST_ROWS:
        return None
    strange = shifted(rows.drawn(count, 7001), rows, rows.numeric)
    return [post(route, row, 64) for row in strange], [post(route, row, 64) for row in rows.drawn(count, 7002)]


PROBE = Probe("alerts", 1, 59, "service", "Do its alert rules fire when something is wrong, and only then?", gather)
