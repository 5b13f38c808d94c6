"""What was seen of a training, of a service or of a job: one document for the checks of both."""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import Finding, failed, inconclusive, not_applicable

DECLARE = "declare it in assay.yaml, for example ml: {train: python train.py}"


def place(evidence: Evidence) -> str:
    """The probe that looked."""
    return "job_training" if evidence.kind == "job" else "training"


def seen(evidence: Evidence) -> dict[str, Any] | None:
    return evidence.probe(place(evidence))


def reporting(*names: str) -> Evidence:
    """An example: a training that ended well and reported these figures."""
    metrics = [{"name": name, "value": 0.9, "source": "metrics.json"} for name in names]
    return Evidence("ml", probes={"training": {"ran": True, "state": "done", "metrics": metrics}})


def unseen(evidence: Evidence) -> Finding | None:
    """The finding of every check of a training that was not there to see; None when it ran to its end."""
    document = seen(evidence)
    if document is None:
        fault = evidence.fault
        if fault is not None and fault["owner"] == "team":
            return failed(f"Could not be seen, because: {fault['title']}.", fix=fault["fix"])
        return inconclusive(f"Not observed in this evaluation: {place(evidence)}.")
    if not document["ran"]:
        return not_applicable(f"{document['why']} If there is one, {DECLARE}.")
    if document["state"] != "done":
        if document.get("absent"):
            return not_applicable(
                f"The training's files are not in the service's image; copy them into it, or {DECLARE}."
            )
        return failed("The training did not run to its end, so this could not be seen.")
    return None
