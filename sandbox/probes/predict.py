"""Which route answers a row with a prediction, and are its answers the same in any order, alone and in a batch?"""

from __future__ import annotations

import json
import re
from typing import Any

from sandbox.prediction import Field, Route, Routes
from sandbox.prediction.answers import listed, model_in, model_told, parsed, prediction_of, same
from sandbox.prediction.asking import ask, get, good, post, rows_of
from sandbox.prediction.described import PREDICTS, routes_of
from sandbox.prediction.rows import Rows, example_rows
from sandbox.probes import Probe, Target

ROWS = 12
DOCUMENT_BYTES = 1024 * 1024
TOLD_AT = ("/health", "/ready", "/readyz", "/healthz", "/model", "/info", "/version", "/model/info", "/")


def gather(target: Target) -> dict[str, Any]:
    """{found: False, why} or what docs/probes.md says."""
    told = target.plan.hints.get("ml") or {}
    predict = told.get("predict") or {}
    routes = _routes(target, predict)
    if routes is None or routes.single is None:
        took = f"{routes.files[0]} takes a file, and none is sent here." if routes and routes.files else ""
        return {"found": False, "why": took or "No route of it was found that predicts."}
    route = routes.single
    rows = rows_of(target, route) or example_rows(route)
    seen = {"found": True, "path": route.path, "source": routes.source, "route": route.to_json()}
    if rows is None:
        why = f"No rows were found that fit {route.path}."
        return seen | {"answers": False, "why": why, "rows_from": ""}
    asked = _asked(target, routes, rows, told)
    if asked.pop("page") and not asked["answers"]:
        why = (
            f"{route.path} answers a page for people, in which no prediction can be read; answer JSON to have it read."
        )
        return {"found": False, "why": why}
    if not (asked["answers"] or route.fields or predict.get("rows")):
        # Columns that nobody named are a guess of ours: that it refuses them says nothing of it.
        why = f"Nothing tells which columns {route.path} takes, and it has no answer to those of {rows.source}."
        return seen | {"answers": False, "why": why, "rows_from": ""}
    return seen | asked


def _routes(target: Target, predict: dict[str, Any]) -> Routes | None:
    """What is declared, and what the description or the code says of it; None where nothing speaks of predictions."""
    declared, batch = str(predict.get("path") or ""), str(predict.get("batch") or "")
    hints = [row for row in target.plan.hints.get("routes") or [] if isinstance(row, dict)]
    scenario = target.seen.get("scenario") or {}
    asked = [*scenario.get("requests", []), *scenario.get("refused", [])]
    posts = [str(row.get("path")) for row in (*asked, *hints) if "POST" in str(row.get("method", "")).upper()]
    if not declared and not any(PREDICTS.search(path) for path in posts):
        return None
    files = tuple(str(row.get("path")) for row in hints if "file" in row)
    described = target.seen["boot"].get("openapi")
    if described:
        answer = ask(target, [get(described, DOCUMENT_BYTES)])[0]
        try:
            document = json.loads(answer["body"])
        except (ValueError, RecursionError):
            document = None
        found = routes_of(document, declared, batch) if isinstance(document, dict) else Routes()
        if found.single:
            return found
        files += found.files
    path = declared or next((path for path in posts if PREDICTS.search(path) and path not in files), "")
    if not path:
        return Routes(files=files)
    read = next((row for row in hints if row.get("path") == path and ("form" in row or "json" in row)), {})
    named = tuple(Field(str(name)) for name in read.get("form") or read.get("json") or ())
    single = Route(path, fields=named, form="form" in read)
    return Routes(single, Route(batch) if batch else None, "declared" if declared else "code")


def _asked(target: Target, routes: Routes, rows: Rows, told: dict[str, Any]) -> dict[str, Any]:
    route, output = routes.single or Route(""), str((told.get("predict") or {}).get("output") or "")
    expectations = told.get("expectations") or []
    chosen = list(rows.values[:: max(1, len(rows.values) // ROWS)][:ROWS])
    singles = [post(route, row) for row in chosen]
    batch = [post(routes.batch, chosen), post(routes.batch, chosen[::-1])] if routes.batch else []
    changed = [_changed(chosen, one["change"]) for one in expectations]
    extra = [post(route, row) for rows_of in changed for row in rows_of]
    paths = list(dict.fromkeys([path for path in (target.seen["boot"].get("health_path"),) if path] + list(TOLD_AT)))
    wanted = [*singles, *singles[::-1], *batch, *extra, *(get(path) for path in paths)]
    answers = ask(target, wanted)
    count = len(singles)
    first, again = answers[:count], answers[count : 2 * count][::-1]
    said = [prediction_of(parsed(answer), output) for answer in first]
    repeated = [prediction_of(parsed(answer), output) for answer in again]
    answered = sum(value is not None for value in said)
    at = 2 * count + len(batch)
    times = sorted(answer["ms"] for answer in first if answer["ms"] is not None)
    return {
        "answers": answered * 2 > count,
        "why": "" if answered * 2 > count else _refusal(first),
        "page": all(good(answer) and "html" in answer["content_type"] for answer in first),
        "rows_from": rows.source,
        "columns": [field.name for field in rows.fields],
        "numeric": rows.numeric,
        "sent": count,
        "answered": answered,
        "distinct": len({str(value) for value in said if value is not None}),
        "median_ms": times[len(times) // 2] if times else None,
        "reordered": [
            number for number in range(count) if said[number] is not None and not same(said[number], repeated[number])
        ],
        "batch": _batch(routes.batch, answers[2 * count : at], said, output),
        "model_in_answer": next((one for answer in first if (one := model_in(parsed(answer)))), None),
        "model_told": _told(paths, answers[at + len(extra) :]),
        "expectations": _held(expectations, changed, answers[at:], said, output),
        "row": chosen[0],
        "predictions": said,
        "get": list(routes.get)[:60],
    }


def _refusal(answers: list[dict[str, Any]]) -> str:
    bad = next((answer for answer in answers if not good(answer)), answers[0])
    # An error page is read as people see it.
    said = " ".join(re.sub(r"<[^<>]{0,300}>", " ", bad["body"][:2000]).split())
    return f"It answered {bad['status'] or bad['error']} to rows that fit: {said[:200]}"


def _batch(route: Route | None, answers: list[dict[str, Any]], said: list[Any], output: str) -> dict[str, Any] | None:
    """{path, answered, status, differing, reordered} against what the rows got one by one."""
    if route is None:
        return None
    one, other = ([prediction_of(row, output) for row in listed(parsed(a), len(said)) or []] for a in answers)
    return {
        "path": route.path,
        "wrap": route.wrap,
        "answered": bool(one),
        "status": answers[0]["status"],
        "differing": sum(not same(a, b) for a, b in zip(one, said, strict=False)),
        "reordered": sum(not same(a, b) for a, b in zip(one, other[::-1], strict=False)),
    }


def _told(paths: list[str], answers: list[dict[str, Any]]) -> dict[str, str] | None:
    for path, answer in zip(paths, answers, strict=True):
        found = model_told(parsed(answer))
        if found:
            return {"path": path} | found
    return None


def _changed(rows: list[dict[str, Any]], change: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows with each named column changed: a number is added to, anything else replaced."""
    found = []
    for row in rows:
        new = dict(row)
        for name, value in change.items():
            adds = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (row.get(name), value))
            new[name] = row[name] + value if adds else value
        found.append(new)
    return found


def _held(
    expectations: list[dict[str, Any]],
    changed: list[list[dict[str, Any]]],
    answers: list[dict[str, Any]],
    said: list[Any],
    output: str,
) -> list[dict[str, Any]]:
    """[{change, effect, compared, held, moved}] of what the team expects of its model."""
    found = []
    at = 0
    for one, rows in zip(expectations, changed, strict=True):
        after = [prediction_of(parsed(answer), output) for answer in answers[at : at + len(rows)]]
        at += len(rows)
        pairs = [(a, b) for a, b in zip(said, after, strict=True) if a is not None and b is not None]
        effects = [_effect(a, b) for a, b in pairs]
        found.append(
            {
                "change": one["change"],
                "effect": one["effect"],
                "compared": len(pairs),
                # A probability at its end cannot go further.
                "held": sum(effect in (one["effect"], "same") for effect in effects),
                "moved": sum(effect == one["effect"] for effect in effects),
            }
        )
    return found


def _effect(before: Any, after: Any) -> str:
    if same(before, after):
        return "same"
    if not all(isinstance(one, int | float) for one in (before, after)):
        return "other"
    return "up" if after > before else "down"


PROBE = Probe("predict", 1, 50, "service", "Does it answer a row the same, in any order and company?", gather)
