"""An event's hidden test set: rows with their answers that only its organisers have."""

from evaluations.models import Evaluation, HiddenTestSet
from hackathons.models import Project
from sandbox.training.hidden import HiddenRows, hidden_rows


def for_evaluation(evaluation: Evaluation) -> HiddenRows | None:
    """What the worker of an evaluation is given: its own event's rows, for the ML track alone; else None."""
    if evaluation.submission is None or evaluation.track != Project.Track.ML:
        return None
    kept = HiddenTestSet.objects.filter(hackathon__teams__projects__submissions=evaluation.submission).first()
    return hidden_rows(kept.public_id, kept.content.encode(), kept.target, kept.metric) if kept else None
