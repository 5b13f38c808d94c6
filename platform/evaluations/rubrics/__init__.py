"""The rubrics of a site: those that come with it, and the versions that events make of them."""

from evaluations.models import Evaluation, EventRubric
from hackathons.models import Hackathon
from sandbox.rubrics import Rubric, all_rubrics, load, newest


def for_event(hackathon: Hackathon, track: str) -> Rubric:
    """What new evaluations of the event are judged by: its own newest version, else the site's."""
    own = EventRubric.objects.filter(hackathon=hackathon, track=track).first()
    return load(own.document) if own else newest(track)


def for_evaluation(evaluation: Evaluation, track: str) -> Rubric:
    """What an evaluation is judged by now; `track` is its evidence's."""
    submission = evaluation.submission
    return for_event(submission.project.team.hackathon, track) if submission else newest(track)


def named(name: str) -> Rubric | None:
    """Any version of any rubric, as scorecards name it."""
    if name in all_rubrics():
        return all_rubrics()[name]
    own = EventRubric.objects.filter(name=name).first()
    return load(own.document) if own else None
