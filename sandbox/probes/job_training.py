"""What the job's run leaves beside its model: splits, papers, and what it reports when the labels are shuffled."""

from __future__ import annotations

from typing import Any

from sandbox.probes import Probe, Target
from sandbox.training.observed import facts, models_of, of_job, shuffled
from sandbox.training.running import root_of


def gather(target: Target) -> dict[str, Any]:
    """What `training` writes of a service, of the run that the probe `job` has seen."""
    job = target.seen["job"]
    source = target.seen.get("ml_source") or {}
    told = target.plan.hints.get("ml") or {}
    training = of_job(target, source, dict(told), job["commands"])
    root = root_of(target, ours=training.ours)
    return {
        "ran": True,
        "state": job["state"],
        "why": "",
        "seconds": job["seconds"],
        "models": models_of(job["artefacts"]),
        "artefacts": job["artefacts"],
        "metrics": job["metrics"],
        **facts(target.service, training, root, job["artefacts"]),
        "shuffled": shuffled(target, training, job, job),
    }


PROBE = Probe("job_training", 1, 10, "job", "What does the job leave beside its model?", gather)
