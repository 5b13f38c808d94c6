"""Does the running service reach the figure that the team reports, on rows whose answers are known?

The rows are those that are declared, else the test set that the repository or the training has, else the sample data
itself: who does not even reach the figure there does not reach it.
"""

from __future__ import annotations

from typing import Any

from sandbox.prediction import Route
from sandbox.prediction.known import figure, known_rows, predictions
from sandbox.prediction.quality import noise
from sandbox.probes import Probe, Target
from sandbox.training.claims import claim_of

ROWS, LEAST_ROWS = 200, 20


def gather(target: Target) -> dict[str, Any]:
    """{asked, why, claim {kind, name, value, source}, path, held_out, rows, answered, reached, noise}"""
    predict = target.seen.get("predict") or {}
    if not predict.get("answers"):
        return _not(predict.get("why") or "No route of it was found that predicts.")
    told = target.plan.hints.get("ml") or {}
    source, training = target.seen.get("ml_source") or {}, target.seen.get("training") or {}
    claim = claim_of(told.get("holdout") or {}, source.get("claims") or (), training.get("metrics") or ())
    if claim is None:
        return _not("It reports no accuracy, AUC, R², RMSE or MAE.")
    column = str(told.get("target") or (source.get("data") or {}).get("target") or "")
    table, held_out = _table(source, training)
    if table is None or column not in table["columns"]:
        return _not("No rows with their answers were found.") | {"claim": claim}
    route = Route.from_json(predict["route"])
    kept = known_rows(route, table, column, ROWS)
    if len(kept) < LEAST_ROWS:
        return _not(f"Only {len(kept)} rows of {table['path']} fit {route.path}.") | {"claim": claim}
    said = predictions(target, route, kept)
    reached = figure(claim["kind"], said, kept)
    seen = {"claim": claim, "path": table["path"], "held_out": held_out, "rows": len(kept)}
    if reached is None:
        return _not(f"{claim['name']} cannot be told from what {route.path} answers.") | seen
    answered = sum(one is not None for one in said)
    spread = noise(claim["kind"], claim["value"], answered)
    seen |= {"answered": answered, "reached": round(reached, 4), "noise": round(spread, 4)}
    return {"asked": True, "why": "", **seen}


def _not(why: str) -> dict[str, Any]:
    return {"asked": False, "why": why, "claim": None}


def _table(source: dict[str, Any], training: dict[str, Any]) -> tuple[dict[str, Any] | None, bool]:
    """(rows with their answers, whether the training did not see them)"""
    for kept in (source.get("held_out"), training.get("held_out")):
        if kept:
            return kept, True
    data = (source.get("data") or {}).get("path")
    tables = source.get("tables") or []
    return next((one for one in tables if one["path"] == data), next(iter(tables), None)), False


PROBE = Probe("holdout", 1, 65, "service", "Does it reach the figure that is reported?", gather)
