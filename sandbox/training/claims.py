"""The figure of quality that a team reports: declared, else in files of its repository, else of a training's run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.jobs.metrics import READ_BYTES, metrics_of
from sandbox.prediction.quality import ERRORS, KINDS
from sandbox.training.shuffling import quality
from sandbox.tree import Tree

MOST_FILES = 4
_TEST = re.compile(r"test|hold_?out|held_?out", re.IGNORECASE)
_FILE = re.compile(r"(?:^|[_.-])(?:metrics?|scores?|results?|evaluation|card)(?:[_.-]|$)", re.IGNORECASE)


def claims_in(tree: Tree) -> list[dict[str, Any]]:
    """[{name, value, source}] of the committed files that are named as metrics or cards."""
    paths = [path for path in tree.paths if path.lower().endswith((".json", ".yaml", ".yml"))]
    named = [path for path in paths if _FILE.search(path.rpartition("/")[2]) and "package" not in path]
    named.sort(key=lambda path: ("metric" not in path.lower(), path.count("/"), path))
    found: list[dict[str, Any]] = []
    for path in named[:MOST_FILES]:
        found += metrics_of(path, tree.read(path, READ_BYTES))
    return found[:60]


def claim_of(told: Mapping[str, Any], *reported: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """{kind, name, value, source} of the first that reports a kind which can be measured; None where none does."""
    metric = str(told.get("metric") or "")
    if metric and "claimed" in told:
        return {"kind": metric, "name": metric, "value": float(told["claimed"]), "source": "assay.yaml"}
    for rows in reported:
        wanted = [row for row in rows if not metric or metric in row["name"].lower()]
        # What was measured once says more than what a model was chosen by.
        best = quality([row for row in wanted if _TEST.search(row["name"])]) or quality(wanted)
        if best is None:
            continue
        kind, row = best
        if kind == "error":
            kind = next((one for one in ERRORS if row["name"].lower().endswith(one)), "")
        if kind not in KINDS:
            continue
        value = row["value"] / (100.0 if kind in ("accuracy", "auc") and 1.0 < row["value"] <= 100.0 else 1.0)
        return {"kind": kind, "name": row["name"], "value": value, "source": row["source"]}
    return None
