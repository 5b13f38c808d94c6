"""What the probe `predict` saw, for the checks of predictions: the findings that they share."""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import Finding, failed, not_applicable


def unasked(evidence: Evidence) -> Finding | None:
    """The finding of every check of predictions where none was given; None when there were some."""
    seen = evidence.probe("predict") or {}
    if not seen["found"]:
        return not_applicable(
            f"{seen['why']} If one does, declare it in assay.yaml: ml: {{predict: {{path: /predict}}}}."
        )
    if not seen["answers"] and not seen["rows_from"]:
        return not_applicable(f"{seen['why']} Declare some: ml: {{predict: {{rows: data/sample.csv}}}}.")
    if not seen["answers"]:
        return failed(f"{seen['path']} gave no predictions. {seen['why']}".strip().rstrip(".") + ".")
    return None
