"""Does the service reach, on rows whose answers are known, the figure that the team reports?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_shown, passed
from sandbox.prediction.quality import ERRORS

POINTER = ("/probes/holdout",)
DECLARE = (
    "declare them in assay.yaml, for example ml: {target: churned, holdout: {rows: data/holdout.csv, metric: auc}}"
)


def judge(evidence: Evidence, thresholds: dict[str, float]) -> Finding:
    seen = evidence.probe("holdout") or {}
    if not seen["asked"]:
        return not_shown(f"{seen['why'].rstrip('.')}; where there are rows and a figure, {DECLARE}.")
    claim, reached = seen["claim"], seen["reached"]
    kind, value = claim["kind"], claim["value"]
    rows = f"{seen['rows']} {'held-out rows' if seen['held_out'] else 'rows of the sample data'} ({seen['path']})"
    told = (
        f"{claim['name']} is reported as {value:.4g} in {claim['source']}; on {rows} the service reaches {reached:.4g}"
    )
    if kind in ERRORS:
        short = reached > abs(value) * (1 + thresholds["most_worse_error_pct"] / 100)
    else:
        short = reached < value - max(thresholds["most_below_points"] / 100, seen["noise"])
    return failed(f"{told}.", evidence=POINTER) if short else passed(f"{told}.", evidence=POINTER)


def _example(reached: float, value: float = 0.9, kind: str = "accuracy", **seen: Any) -> Evidence:
    claim = {"kind": kind, "name": f"test.{kind}", "value": value, "source": "metrics.json"}
    row = {"asked": True, "why": "", "claim": claim, "path": "test.csv", "held_out": True, "rows": 200, "noise": 0.04}
    return Evidence("ml", probes={"holdout": row | {"reached": reached, "answered": 200} | seen})


CHECK = Check(
    id="reaches_its_reported_figure",
    version=1,
    title="The service is as good as is reported",
    failed_title="The service is not as good as is reported",
    why=(
        "A figure in a report is about a model on somebody's laptop. What counts is the service that answers: with its "
        "own preparation of rows, its own file of the model. So rows with known answers are sent to it."
    ),
    fix="Send your test set to the running service and compute the figure from its answers; mend what differs.",
    category="track",
    weight=HIGH,
    judge=judge,
    needs=("holdout",),
    tracks=("ml",),
    effort="hours",
    level=2,
    thresholds={"most_below_points": 5.0, "most_worse_error_pct": 25.0},
    examples=(
        Example("as reported", _example(0.89), "pass"),
        Example("better", _example(0.97), "pass"),
        Example("an error as reported", _example(2.2, 2.0, "rmse"), "pass"),
        Example("worse", _example(0.71), "fail"),
        Example("a larger error", _example(3.0, 2.0, "mae"), "fail"),
        Example("no figure", _example(0.0, asked=False, why="It reports no accuracy."), "inconclusive"),
    ),
)
