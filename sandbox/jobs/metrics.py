"""Metrics that a job reports, read as data and never as a score: from its files, MLflow's folder, and its log."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterator
from typing import Any

from sandbox.jobs.declared import document
from sandbox.jobs.notebooks import cells

MOST = 60
READ_BYTES = 256 * 1024
_LINE_CHARACTERS = 400
_DEEP = 4
_NAME = re.compile(r"[^\w@.%-]+")
_WORDS = (
    r"accuracy|acc|precision|recall|f1(?:[ _-]?score)?|roc[ _-]?auc|auc|loss|mse|rmse|mae|mape|r2(?:[ _-]?score)?"
    r"|r\^2|r²|perplexity|bleu|rouge(?:-?[l12])?|silhouette(?:[ _]score)?|inertia|iou|dice|score|error(?: rate)?"
    r"|kappa|mcc|ndcg|(?:mean )?reward|(?:mean )?(?:squared|absolute) error"
)
_NUMBER = r"(?P<value>[-+]?(?:\d{1,12}(?:\.\d{1,20})?|\.\d{1,20})(?:[eE][-+]?\d{1,3})?)[ ]?(?P<percent>%?)"
_SAID = re.compile(
    rf"(?P<name>(?:[A-Za-z]{{2,20}}[ _-]){{0,2}}(?<![A-Za-z])(?:{_WORDS}))(?![A-Za-z])"
    rf"(?P<more>[A-Za-z ()'\"]{{0,40}})(?:[:=]{{1,2}}[ \t]*[\[(]?|[ \t]{{1,40}}|[ ]is[ ]){_NUMBER}",
    re.IGNORECASE,
)
# "Evaluation metrics (Test):" or "=== Test ===" over lines that name none of the sets themselves.
_SET = re.compile(r"(?<![A-Za-z])(?P<set>train|valid|val|test|hold-?out)(?:ing|ation)?(?![A-Za-z])", re.IGNORECASE)
_HEADING = re.compile(r"^[^:=]{0,80}:[ \t]*$|^[=#*-]{2,}.{1,80}[=#*-]{2,}[ \t]*$")
# How long something took differs from run to run, and says nothing of the model.
TIMES = re.compile(r"time|second|duration|elapsed|date|stamp|epoch_s|_ms$|speed|throughput", re.IGNORECASE)


def metrics_of(path: str, text: str) -> list[dict[str, Any]]:
    """[{name, value, source}] of one file that holds metrics, at most MOST; [] when it holds none."""
    name = path.rpartition("/")[2].lower()
    if "/mlruns/" in f"/{path}" and "." not in name:
        return _rows([(name, _last_of_mlflow(text))], path)
    if name.endswith(".json"):
        return _rows(_flat(_json(text)), path)
    if name.endswith((".yaml", ".yml")):
        return _rows(_flat(document(text)), path)
    if name.endswith((".csv", ".tsv")):
        return _rows(_table(text, "\t" if name.endswith(".tsv") else ","), path)
    if name.endswith(".ipynb"):
        return in_log("\n".join(_outputs(text)), path)
    return []


def in_log(log: str, source: str = "log") -> list[dict[str, Any]]:
    """What lines such as "val accuracy: 0.93" say; of each name the last value. A heading names the set for them."""
    found: dict[str, float] = {}
    over = ""
    for line in log.splitlines():
        if _HEADING.match(line[:_LINE_CHARACTERS].strip()):
            named = _SET.search(line)
            over = f"{_plain(named['set'])}_" if named else ""
        for match in _SAID.finditer(line[:_LINE_CHARACTERS]):
            own = "" if _SET.search(match["name"]) else over
            name = own + _plain(match["name"]) + ("_pct" if match["percent"] else "")
            found.pop(name, None)
            found[name] = float(match["value"])
    return _rows(found.items(), source)


def differing(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """[{name, source, first, second}] of the metrics that are not the same again; times are left out."""
    later = {(row["source"], row["name"]): row["value"] for row in second}
    rows = []
    for row in first:
        again = later.get((row["source"], row["name"]))
        same = again is not None and math.isclose(row["value"], again, rel_tol=1e-9, abs_tol=1e-12)
        if not same and not TIMES.search(row["name"]):
            rows.append({"name": row["name"], "source": row["source"], "first": row["value"], "second": again})
    return rows


def _rows(pairs: Any, source: str) -> list[dict[str, Any]]:
    good = [(name, value) for name, value in pairs if value is not None and math.isfinite(value)]
    return [{"name": str(name)[:80], "value": value, "source": source} for name, value in good[-MOST:]]


def _plain(name: str) -> str:
    return _NAME.sub("_", name.strip()).strip("_").lower()


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _flat(value: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, float]]:
    """Numbers with their dotted names; of a list of numbers (a history) the last one."""
    if isinstance(value, bool) or depth > _DEEP:
        return
    if isinstance(value, int | float):
        if abs(value) < 1e300:
            yield name or "value", float(value)
    elif isinstance(value, dict):
        for key, inner in list(value.items())[:MOST]:
            yield from _flat(inner, f"{name}.{key}" if name else str(key), depth + 1)
    elif isinstance(value, list) and value and isinstance(value[-1], int | float | dict):
        yield from _flat(value[-1], name, depth + 1)


def _number(text: str) -> float | None:
    try:
        return float(text) if len(text) < 40 else None
    except ValueError:
        return None


def _table(text: str, delimiter: str) -> Iterator[tuple[str, float | None]]:
    """name,value rows; else the last row of a history under its header."""
    rows = [row for row in csv.reader(io.StringIO(text[:READ_BYTES]), delimiter=delimiter) if row][:5000]
    if len(rows) < 2:
        return
    named = [(row[0], _number(row[1])) for row in rows if len(row) == 2]
    if len(named) == len(rows) and _number(rows[-1][0]) is None:
        yield from named[-MOST:]
        return
    yield from ((name, _number(value)) for name, value in zip(rows[0], rows[-1], strict=False) if name)


def _last_of_mlflow(text: str) -> float | None:
    """MLflow keeps lines of "timestamp value step"."""
    words = text.strip().rpartition("\n")[2].split()
    return _number(words[1]) if len(words) >= 2 else None


def _outputs(text: str) -> Iterator[str]:
    """The text that the cells of a run notebook printed."""
    for cell in cells(text):
        for output in cell.get("outputs") or ():
            said = output.get("text") or (output.get("data") or {}).get("text/plain") or ""
            yield "".join(map(str, said)) if isinstance(said, list) else str(said)
