"""Does the service predict what the repository's own command predicts for the same rows?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_applicable, passed

POINTER = ("/probes/offline",)


def judge(evidence: Evidence) -> Finding:
    seen = evidence.probe("offline") or {}
    if not seen["ran"]:
        how = 'declare ml: {predict: {offline: "python predict.py {rows}"}} in assay.yaml'
        return not_applicable(f"{seen['why']} To have serving compared with it, {how}.")
    if seen["state"] != "done":
        last = (seen["tail"] or ["it printed nothing"])[-1][:160]
        return failed(f"{seen['command']} did not end well: {last}.", evidence=POINTER)
    if seen["lines"] < seen["rows"]:
        return failed(
            f"{seen['command']} printed {seen['lines']} predictions for {seen['rows']} rows.", evidence=POINTER
        )
    if seen["differing_count"]:
        row = seen["differing"][0]
        return failed(
            f"{seen['differing_count']} of {seen['rows']} rows differ: the service said {row['served']}, the command "
            f"{row['offline']}.",
            evidence=POINTER,
        )
    return passed(f"The service and {seen['command']} predicted the same for {seen['rows']} rows.", evidence=POINTER)


def _example(differing: int) -> Evidence:
    rows = [{"row": 0, "served": 0.91, "offline": 0.2}][:differing]
    seen = {"ran": True, "state": "done", "command": "python predict.py", "rows": 20, "lines": 20, "tail": []}
    return Evidence("ml", probes={"offline": seen | {"differing": rows, "differing_count": differing}})


CHECK = Check(
    id="serves_what_it_predicts_offline",
    version=1,
    title="Serving equals offline predictions",
    failed_title="Serving differs from offline predictions",
    why=(
        "Training/serving skew is the fault that no test of either side sees: the service prepares a row in another "
        "way than the training did. The same rows go to both, and have to come out the same."
    ),
    fix="Call one function for preparing and predicting, from the service and from the command.",
    category="track",
    weight=HIGH,
    judge=judge,
    needs=("offline",),
    tracks=("ml",),
    effort="hours",
    level=3,
    follows="predictions_agree",
    examples=(
        Example("the same", _example(0), "pass"),
        Example("skewed", _example(1), "fail"),
        Example("none", Evidence("ml", probes={"offline": {"ran": False, "why": "None."}}), "not_applicable"),
    ),
)
