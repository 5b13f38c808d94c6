"""How does the service answer rows that are wrong in the ways in which real data goes wrong?"""

from __future__ import annotations

from typing import Any

from sandbox.prediction import Route
from sandbox.prediction.asking import ask, get, good, post, rows_of
from sandbox.prediction.rows import example_rows
from sandbox.prediction.spoiled import spoiled
from sandbox.probes import Probe, Target

TRACEBACKS = ("Traceback (most recent call last)", 'File "/', "Werkzeug Debugger")


def gather(target: Target) -> dict[str, Any]:
    """{asked, why, sent: [{kind, column, status, names_column, leaks_traceback}], alive}"""
    predict = target.seen.get("predict") or {}
    if not predict.get("answers"):
        return {"asked": False, "why": predict.get("why") or "No route of it was found that predicts.", "sent": []}
    route = Route.from_json(predict["route"])
    rows = rows_of(target, route) or example_rows(route)
    if rows is None:
        return {"asked": False, "why": "There were no rows to spoil.", "sent": []}
    wrong = list(spoiled(rows))
    requests = [post(route, one.row) for one in wrong]
    batch = (predict.get("batch") or {}).get("path")
    if batch:
        requests.append(post(Route(batch, predict.get("batch", {}).get("wrap") or ""), []))
    answers = ask(target, [*requests, get(target.seen["boot"].get("health_path") or "/")])
    kinds = [(one.kind, one.column) for one in wrong] + ([("empty batch", "")] if batch else [])
    return {
        "asked": True,
        "why": "",
        "sent": [
            {
                "kind": kind,
                "column": name,
                "status": answer["status"],
                "names_column": bool(name) and name.lower() in answer["body"].lower(),
                "leaks_traceback": any(mark in answer["body"] for mark in TRACEBACKS),
            }
            for (kind, name), answer in zip(kinds, answers, strict=False)
        ],
        "alive": good(answers[-1]),
    }


PROBE = Probe("bad_rows", 1, 52, "service", "How does it answer rows that are wrong?", gather)
