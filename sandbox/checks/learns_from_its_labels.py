"""Does the reported quality fall to a dummy's when the labels are shuffled?"""

from __future__ import annotations

from math import sqrt
from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import CRITICAL, Check, Example, Finding, failed, not_applicable, passed
from sandbox.training.evidence import place, unseen

# Of a fifth of the rows, where chance alone moves the figure of a dummy by two deviations.
HELD_OUT = 0.2
# What is left of the distance to the dummy, or of a figure without one.
LEFT, FELL = 0.35, 0.15


def judge(evidence: Evidence) -> Finding:
    other = unseen(evidence)
    if other is not None:
        return other
    at = place(evidence)
    seen = (evidence.probe(at) or {})["shuffled"]
    pointer = (f"/probes/{at}/shuffled",)
    if not seen["ran"]:
        what = "declare ml: {data: data/train.csv, target: label} in assay.yaml"
        return not_applicable(f"{seen['why']} To have it looked at, {what}.")
    told = f"{seen['metric']} was {seen['true']:.3g}, and {seen['shuffled']:.3g} with shuffled labels"
    fell, why = _fell(seen)
    return (passed if fell else failed)(f"{told}{why}.", evidence=pointer)


def _fell(seen: dict[str, Any]) -> tuple[bool, str]:
    """Whether the figure became a dummy's, and what a dummy has to do with it."""
    true, shuffled, dummy = seen["true"], seen["shuffled"], seen["dummy"]
    if seen["kind"] == "error":
        return shuffled > true * (1 + FELL), ""
    if dummy is None:
        return shuffled < true * (1 - FELL), ""
    if true <= dummy + 0.02:
        return False, f"; a dummy reaches {dummy:.3g} without a model"
    noise = 2 * 0.5 / sqrt(max(1.0, HELD_OUT * seen["rows"]))
    near = shuffled <= dummy + max(noise, LEFT * (true - dummy))
    if near and shuffled < true - 0.5 * min(noise, true - dummy):
        return True, f"; a dummy reaches {dummy:.3g}"
    return False, f"; a dummy reaches {dummy:.3g}, so the figure does not come from the labels"


def _example(true: float, shuffled: float, dummy: float | None, kind: str = "accuracy") -> Evidence:
    seen = {"ran": True, "why": "", "metric": f"test.{kind}", "kind": kind, "path": "data.csv", "target": "y"}
    seen |= {"true": true, "shuffled": shuffled, "dummy": dummy, "rows": 400}
    return Evidence("ml", probes={"training": {"ran": True, "state": "done", "shuffled": seen}})


CHECK = Check(
    id="learns_from_its_labels",
    version=1,
    title="The reported quality comes from the labels",
    failed_title="The reported quality does not come from the labels",
    why=(
        "The target column of the sample data is shuffled, and the training run once more. A figure that stays as good "
        "comes from a leak, from the training rows, or is a constant: it would be as good for a model that knows "
        "nothing."
    ),
    fix="Measure on rows that the training has not seen, and take out columns that are made from the target.",
    category="track",
    weight=CRITICAL,
    judge=judge,
    tracks=("ml",),
    effort="hours",
    level=2,
    follows="trains_its_model",
    examples=(
        Example("falls to the dummy", _example(0.91, 0.55, 0.55), "pass"),
        Example("error rises", _example(1.2, 4.0, None, "error"), "pass"),
        Example("stays", _example(0.98, 0.97, 0.55), "fail"),
        Example("no better than a dummy", _example(0.55, 0.55, 0.55), "fail"),
        Example(
            "unknown target",
            Evidence(
                "ml",
                probes={"training": {"ran": True, "state": "done", "shuffled": {"ran": False, "why": "No target."}}},
            ),
            "not_applicable",
        ),
    ),
)
