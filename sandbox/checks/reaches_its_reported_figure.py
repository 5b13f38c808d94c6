"""Does the service reach, on rows whose answers are known, the figure that the team reports?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, inconclusive, not_shown, passed
from sandbox.prediction.quality import ERRORS

POINTER, HIDDEN = ("/probes/holdout",), ("/probes/hidden_rows",)
DECLARE = (
    "declare them in assay.yaml, for example ml: {target: churned, holdout: {rows: data/holdout.csv, metric: auc}}"
)


def judge(evidence: Evidence, thresholds: dict[str, float]) -> Finding:
    hidden = evidence.probe("hidden_rows") or {}
    if wanted(evidence) and not hidden:
        return inconclusive("The hidden rows of its event were not sent to it.")
    if hidden.get("asked"):
        return _of_hidden(hidden, thresholds)
    note = f" The event's hidden rows could not be sent: {hidden['why']}" if hidden.get("why") else ""
    seen = evidence.probe("holdout") or {}
    if not seen["asked"]:
        return not_shown(f"{seen['why'].rstrip('.')}; where there are rows and a figure, {DECLARE}.{note}")
    rows = f"{seen['rows']} {'held-out rows' if seen['held_out'] else 'rows of the sample data'} ({seen['path']})"
    found = _compared(seen["claim"], seen["reached"], seen["noise"], rows, thresholds)
    return replace(found, observed=found.observed + note, evidence=POINTER)


def wanted(evidence: Evidence) -> bool:
    """Its event has hidden rows, which the evaluation was given."""
    return bool((evidence.source.get("event") or {}).get("hidden_rows"))


def _of_hidden(seen: dict[str, Any], thresholds: dict[str, float]) -> Finding:
    """The organiser's rows say more than any that the team has."""
    rows, claim, reached = f"{seen['rows']} hidden rows of the event, which no team has", seen["claim"], seen["reached"]
    if not reached and seen["answered"] < seen["rows"]:
        return failed(f"Of {rows}, it answered {seen['answered']}.", evidence=HIDDEN)
    if not reached:
        return failed(
            f"Its answers to {rows} are no predictions that {seen['metric']} can be told from.", evidence=HIDDEN
        )
    figures = " and ".join(f"{kind} {value:.4g}" for kind, value in reached.items())
    if claim is None or claim["kind"] not in reached:
        return not_shown(f"On {rows}, the service reaches {figures}; it reports no such figure to compare with.")
    found = _compared(claim, reached[claim["kind"]], seen["noise"], rows, thresholds)
    others = {kind: value for kind, value in reached.items() if kind != claim["kind"]}
    more = "".join(f" Its {kind} there is {value:.4g}." for kind, value in others.items())
    return replace(found, observed=found.observed + more, evidence=HIDDEN)


def _compared(claim: dict[str, Any], reached: float, noise: float, rows: str, thresholds: dict[str, float]) -> Finding:
    kind, value = claim["kind"], claim["value"]
    told = (
        f"{claim['name']} is reported as {value:.4g} in {claim['source']}; on {rows}, the service reaches {reached:.4g}"
    )
    if kind in ERRORS:
        short = reached > abs(value) * (1 + thresholds["most_worse_error_pct"] / 100)
    else:
        short = reached < value - max(thresholds["most_below_points"] / 100, noise)
    return failed(f"{told}.") if short else passed(f"{told}.")


def _example(reached: float, value: float = 0.9, kind: str = "accuracy", **seen: Any) -> Evidence:
    claim = {"kind": kind, "name": f"test.{kind}", "value": value, "source": "metrics.json"}
    row = {"asked": True, "why": "", "claim": claim, "path": "test.csv", "held_out": True, "rows": 200, "noise": 0.04}
    return Evidence("ml", probes={"holdout": row | {"reached": reached, "answered": 200} | seen})


def _hidden(reached: dict[str, float], claimed: str = "accuracy", **seen: Any) -> Evidence:
    claim = {"kind": claimed, "name": f"test.{claimed}", "value": 0.9, "source": "metrics.json"}
    row = {"asked": True, "why": "", "set": "s1", "metric": "accuracy", "claim": claim, "rows": 200, "noise": 0.04}
    source = {"event": {"hidden_rows": "s1"}}
    own = _example(0.9).probes
    return Evidence("ml", source, probes=own | {"hidden_rows": row | {"answered": 200, "reached": reached} | seen})


CHECK = Check(
    id="reaches_its_reported_figure",
    version=2,
    title="The service is as good as is reported",
    failed_title="The service is not as good as is reported",
    why=(
        "A figure in a report is about a model on somebody's laptop. What counts is the service that answers: with its "
        "own preparation of rows, its own file of the model. So rows with known answers are sent to it: those that the "
        "organiser of its event keeps hidden where there are some, which no model can have learnt."
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
        Example("as reported on hidden rows", _hidden({"accuracy": 0.88}), "pass"),
        Example("worse on hidden rows than on its own", _hidden({"accuracy": 0.71}), "fail"),
        Example("leaves out hidden rows", _hidden({}, answered=120), "fail"),
        Example("no predictions of hidden rows", _hidden({}), "fail"),
        Example("another figure of hidden rows", _hidden({"accuracy": 0.8}, "rmse"), "inconclusive"),
        Example("does not take the hidden rows", _hidden({}, asked=False, why="It takes other columns."), "pass"),
        Example("no figure", _example(0.0, asked=False, why="It reports no accuracy."), "inconclusive"),
    ),
)
