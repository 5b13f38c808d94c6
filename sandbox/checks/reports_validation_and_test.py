"""Does the training report figures of a validation set and of a test set?"""

from __future__ import annotations

import re

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed
from sandbox.training.evidence import place, reporting, seen, unseen

VALIDATION = re.compile(r"(?:^|[._ -])(?:val|valid|validation|dev|cv|fold)", re.IGNORECASE)
TEST = re.compile(r"(?:^|[._ -])(?:test|holdout|held_out|eval)", re.IGNORECASE)
# One of them is what most begin with, and what the choice of a model then wears out.
ONE = 0.6


def judge(evidence: Evidence) -> Finding:
    other = unseen(evidence)
    if other is not None:
        return other
    document = seen(evidence) or {}
    names = [row["name"] for row in document["metrics"]]
    pointer = (f"/probes/{place(evidence)}/metrics",)
    found = {
        kind: next((name for name in names if pattern.search(name)), "")
        for kind, pattern in (("validation", VALIDATION), ("test", TEST))
    }
    told = [f"{name} of the {kind} set" for kind, name in found.items() if name]
    if len(told) == 2:
        return passed(f"It reports {told[0]} and {told[1]}.", evidence=pointer)
    if told:
        return passed(f"It reports {told[0]}, and nothing of the other set.", score=ONE, evidence=pointer)
    shown = f"It reports {', '.join(names[:4])}" if names else "It reports no figures"
    return failed(f"{shown}, and nothing that is named after a validation or a test set.", evidence=pointer)


CHECK = Check(
    id="reports_validation_and_test",
    version=1,
    title="Validation and test figures are reported apart",
    failed_title="No figures of held-out rows are reported",
    why=(
        "The set that a model or its settings were chosen by has been used up: only a set that nothing was chosen by "
        "says how good the model will be."
    ),
    fix="Choose by a validation set, measure once on a test set, and write both to metrics.json by these names.",
    category="track",
    weight=MEDIUM,
    judge=judge,
    tracks=("ml",),
    effort="hours",
    level=2,
    follows="trains_its_model",
    examples=(
        Example("both", reporting("validation.auc", "test.auc"), "pass"),
        Example("one", reporting("test_accuracy"), "pass"),
        Example("training only", reporting("accuracy"), "fail"),
    ),
)
