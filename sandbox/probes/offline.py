"""Does the declared command for a file of rows predict what the service predicts for them?"""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import shlex
from typing import Any

from sandbox.faults import clean
from sandbox.prediction import Route
from sandbox.prediction.answers import parsed, prediction_of, same
from sandbox.prediction.asking import ask, post, rows_of
from sandbox.probes import Probe, Target
from sandbox.training.running import command_of, run
from sandbox.training.tables import value_of

ROWS = 20
# The kernel takes 128 KiB as one argument.
ARGUMENT_BYTES = 90_000
LIMIT_S = 30.0
# Two roundings of one number: an answer often has four digits.
TOLERANCE = 5e-4
FILE = "/tmp/assay-rows.csv"  # noqa: S108 - in a container of its own
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$")


def gather(target: Target) -> dict[str, Any]:
    """{ran, why, command, rows, lines, differing: [{row, served, offline}], tail}"""
    told = target.plan.hints.get("ml") or {}
    command = (told.get("predict") or {}).get("offline")
    predict = target.seen.get("predict") or {}
    if not command:
        return _not("No command for predictions of a file is declared.", declared=False)
    if not predict.get("answers"):
        return _not(predict.get("why") or "No route of it predicts.")
    route = Route.from_json(predict["route"])
    rows = rows_of(target, route)
    if rows is None:
        return _not("There are no rows of its data to give to both.")
    chosen = list(rows.values[:ROWS])
    output = str((told.get("predict") or {}).get("output") or "")
    text = command if isinstance(command, str) else shlex.join(command)
    text = text.replace("{rows}", FILE) if "{rows}" in text else f"{text} {FILE}"
    while len(packed := base64.b64encode(_csv(chosen).encode()).decode()) > ARGUMENT_BYTES and len(chosen) > 1:
        chosen = chosen[: len(chosen) // 2]
    served = [prediction_of(parsed(answer), output) for answer in ask(target, [post(route, row) for row in chosen])]
    ours = target.plan.is_ours
    argv = command_of(text, ours=ours, before=f"printf %s {packed} | base64 -d > {FILE}")
    service, ended = run(target, "offline", argv, LIMIT_S)
    seen = {"ran": True, "declared": True, "command": text[:300], "rows": len(chosen), **ended}
    said = _predictions(clean(service.logs(64 * 1024)), len(chosen), output)
    differing = [
        {"row": number, "served": a, "offline": b}
        for number, (a, b) in enumerate(zip(served, said, strict=False))
        if not same(a, b, TOLERANCE)
    ]
    return seen | {"lines": len(said), "differing": differing[:10], "differing_count": len(differing)}


def _not(why: str, *, declared: bool = True) -> dict[str, Any]:
    return {"ran": False, "declared": declared, "why": why, "lines": 0, "differing": []}


def _csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _predictions(log: str, count: int, output: str) -> list[Any]:
    """One prediction a line (a value, a JSON object, or the last cell of a CSV row); the last `count` lines."""
    found = []
    for line in [one.strip() for one in log.split("\n") if one.strip()][-count:]:
        try:
            found.append(prediction_of(json.loads(line), output))
        except (ValueError, RecursionError):
            last = line.replace("\t", ",").rpartition(",")[2].strip()
            found.append(value_of(last) if _NUMBER.match(last) or last else None)
    return found


PROBE = Probe("offline", 1, 58, "service", "Does it serve what its own command predicts?", gather)
