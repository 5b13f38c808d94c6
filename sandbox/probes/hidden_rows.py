"""How good is the running service on the event's hidden rows, which only its organiser has?

A fresh copy of the image gets the rows without their answers, after everything else: what it writes down of them is
gone with it, and what it says from then on is told to nobody. Only figures are kept.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sandbox.deployment import app_environment
from sandbox.faults import TeamFault
from sandbox.prediction import Route
from sandbox.prediction.known import Known, figure, known_rows, predictions
from sandbox.prediction.quality import noise
from sandbox.probes import Probe, Target
from sandbox.readiness import wait_ready
from sandbox.training.claims import claim_of
from sandbox.training.hidden import LEAST_ROWS, HiddenRows

ROWS = 400
# A service that leaves out what it is not sure of would be measured on the easy rows.
LEAST_ANSWERED = 0.95
SHARES = ("accuracy", "auc", "r2")


def gather(target: Target) -> dict[str, Any]:
    """{asked, why, set, metric, rows, answered, reached {kind: figure}, claim {kind, name, value, source}, noise}"""
    hidden = target.hidden
    if hidden is None:
        return {"asked": False, "why": "", "set": None}
    seen: dict[str, Any] = {"asked": False, "set": hidden.id, "metric": hidden.metric, "claim": claimed(target)}
    predict = target.seen.get("predict") or {}
    if not predict.get("answers"):
        return seen | {"why": predict.get("why") or "No route of it was found that predicts."}
    route = Route.from_json(predict["route"])
    rows = _rows(hidden, route)
    if len(rows) < LEAST_ROWS:
        return seen | {"why": f"{route.path} does not take the columns that the rows have."}
    try:
        said = predictions(_fresh(target), route, rows)
    except TeamFault:  # its words may be of the rows
        return seen | {"why": "A fresh start of its image did not answer."}
    finally:
        target.service.signal("SIGKILL")
    return seen | {"asked": True, "why": ""} | measured(hidden.metric, seen["claim"], said, rows)


def measured(metric: str, claim: dict[str, Any] | None, said: Sequence[Any], rows: Sequence[Known]) -> dict[str, Any]:
    """The figures alone, of the organiser's metric and of the one that the team reports."""
    answered = sum(one is not None for one in said)
    reached = {}
    if answered >= LEAST_ANSWERED * len(rows):
        kinds = dict.fromkeys([metric, *([claim["kind"]] if claim else [])])
        found = {kind: figure(kind, said, rows) for kind in kinds}
        reached = {kind: _coarse(kind, value) for kind, value in found.items() if value is not None}
    spread = noise(claim["kind"], claim["value"], answered) if claim else 0.0
    return {"rows": len(rows), "answered": answered, "reached": reached, "noise": round(spread, 4)}


def claimed(target: Target) -> dict[str, Any] | None:
    """The figure that the team reports, None where it reports none."""
    told = target.plan.hints.get("ml") or {}
    source, training = target.seen.get("ml_source") or {}, target.seen.get("training") or {}
    return claim_of(told.get("holdout") or {}, source.get("claims") or (), training.get("metrics") or ())


def _coarse(kind: str, value: float) -> float:
    """Two places, or two digits of an error: exact figures of many hand-ins would tell the answers row by row."""
    return round(value, 2) if kind in SHARES else float(f"{value:.2g}")


def _rows(hidden: HiddenRows, route: Route) -> list[Known]:
    """Rows evenly over the file, which may be sorted by its target."""
    step = max(1, len(hidden.table.rows) // ROWS)
    rows = [list(row) for row in hidden.table.rows[::step]]
    return known_rows(route, {"path": "", "columns": list(hidden.table.columns), "rows": rows}, hidden.target, ROWS)


def _fresh(target: Target) -> Target:
    """The application started anew from its image; TeamFault when it does not answer."""
    target.service.signal("SIGKILL")
    target.service.wait(10.0)
    since = time.monotonic()
    plan = target.plan
    service = target.pod.start("hidden", target.image, command=plan.start, env=app_environment(plan))
    target.service = service
    document = wait_ready(target, service, target.limits.boot_s, since=since)
    if document["state"] == "failed":
        raise TeamFault(document["why"], "It did not answer", fix="")
    return replace(target, seen=target.seen | {"boot": target.seen["boot"] | {"port": document["port"]}})


PROBE = Probe("hidden_rows", 1, 100, "service", "How good is it on the event's hidden rows?", gather, secret=True)
