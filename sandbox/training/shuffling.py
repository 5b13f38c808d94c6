"""Shuffled labels: what a training makes of a target that says nothing any more, against what a dummy would reach."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sandbox.training.tables import Table

# Run by the image's own Python: the column is permuted in the container's copy of the file, and nothing else changes.
_SCRIPT = """
import csv, os, random, sys
path, target, seed = sys.argv[1:4]
with open(path, newline="", encoding="utf-8-sig") as file:
    text = file.read()
first = text.partition("\\n")[0]
mark = max(",;\\t", key=first.count)
rows = list(csv.reader(text.splitlines(), delimiter=mark))
at = [name.strip() for name in rows[0]].index(target)
body = [row for row in rows[1:] if len(row) == len(rows[0])]
values = [row[at] for row in body]
random.Random(int(seed)).shuffle(values)
for row, value in zip(body, values):
    row[at] = value
whole = path + ".shuffled"
with open(whole, "w", newline="", encoding="utf-8") as file:
    csv.writer(file, delimiter=mark).writerows([rows[0], *body])
os.replace(whole, path)
"""
SEED = 20_111
HELD_OUT = re.compile(r"(?:^|[._ -])(?:test|val|valid|validation|holdout|held_out|cv|eval)", re.IGNORECASE)
_RISES = (
    ("accuracy", re.compile(r"acc(?:uracy)?(?:_pct)?$", re.IGNORECASE)),
    ("auc", re.compile(r"auc(?:_pct)?$", re.IGNORECASE)),
    ("r2", re.compile(r"(?:^|[._ ])r2(?:_score)?$|r\^2$", re.IGNORECASE)),
    ("f1", re.compile(r"f1(?:[_ -]?score)?(?:_pct)?$|precision$|recall$|kappa$|mcc$", re.IGNORECASE)),
)
_FALLS = ("error", re.compile(r"(?:mse|rmse|mae|mape|loss|error|brier)$", re.IGNORECASE))


def before(path: str, target: str) -> str:
    """The shell text that shuffles, to be run before the training in its folder or in the repository's."""
    script = shlex.join(["-c", _SCRIPT, path, target, str(SEED)])
    return f'"$(command -v python3 || command -v python)" {script}'


def baseline(kind: str, table: Table, target: str) -> float | None:
    """What a dummy reaches that knows only how often each value occurs; None where it depends on more."""
    if kind == "accuracy":
        values = table.column(target)
        return Counter(values).most_common(1)[0][1] / len(values)
    return {"auc": 0.5, "r2": 0.0}.get(kind)


def quality(metrics: Sequence[dict[str, Any]]) -> tuple[str, dict[str, Any]] | None:
    """(kind, row) of the figure that says most of how good the model is: of a held-out set where there is one."""
    for held_out in (True, False):
        rows = [row for row in metrics if bool(HELD_OUT.search(row["name"])) == held_out]
        rows = [row for row in rows if held_out or "train" not in row["name"].lower()] or rows
        for kind, pattern in (*_RISES, _FALLS):
            for row in rows:
                if pattern.search(row["name"]):
                    return kind, row
    return None


def compared(
    first: Sequence[dict[str, Any]], again: Sequence[dict[str, Any]], table: Table, target: str
) -> dict[str, Any] | None:
    """{metric, kind, true, shuffled, dummy, rows} of the same figure in both runs; None when there is none."""
    best = quality(first)
    if best is None:
        return None
    kind, row = best
    other = next((one for one in again if (one["name"], one["source"]) == (row["name"], row["source"])), None)
    if other is None:
        return None
    scale = 100.0 if row["name"].endswith("_pct") else 1.0
    return {
        "metric": row["name"],
        "kind": kind,
        "true": row["value"] / scale,
        "shuffled": other["value"] / scale,
        "dummy": baseline(kind, table, target),
        "rows": len(table.rows),
    }
