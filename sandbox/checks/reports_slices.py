"""Does the training report its quality for parts of the data, and not only over all of it?"""

from __future__ import annotations

import re

from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, passed
from sandbox.training.evidence import place, reporting, seen, unseen

SLICE = re.compile(r"slice|by_|per_|group|segment|subgroup|class[._ ]\w|cohort", re.IGNORECASE)
LEAST = 2


def judge(evidence: Evidence) -> Finding:
    other = unseen(evidence)
    if other is not None:
        return other
    names = [row["name"] for row in (seen(evidence) or {})["metrics"]]
    found = [name for name in names if SLICE.search(name)]
    pointer = (f"/probes/{place(evidence)}/metrics",)
    if len(found) >= LEAST:
        return passed(f"It reports {', '.join(found[:3])}.", evidence=pointer)
    return failed("It reports one figure over all rows, and none of a part of them.", evidence=pointer)


CHECK = Check(
    id="reports_slices",
    version=1,
    title="Quality is reported for parts of the data",
    failed_title="Quality is reported over all rows only",
    why="A mean hides whom the model fails: new customers, one region, the rare class. Slices show it before they do.",
    fix="Compute the test figure for each value of one or two columns and write them as slices.<column>.<value>.",
    category="track",
    weight=LOW,
    judge=judge,
    tracks=("ml",),
    effort="minutes",
    level=3,
    follows="trains_its_model",
    examples=(
        Example("slices", reporting("test.auc", "slices.contract.monthly.auc", "slices.contract.yearly.auc"), "pass"),
        Example("one figure", reporting("test.auc"), "fail"),
    ),
)
