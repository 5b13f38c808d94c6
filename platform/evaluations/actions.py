"""Writes of evaluations: ask for one, stop one, store what one came to."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from evaluations import rubrics
from evaluations.models import LIVE, Evaluation, Evidence, Finding, Scorecard, Stage
from hackathons.models import Submission
from sandbox.evidence import Evidence as SandboxEvidence
from sandbox.report import report

FINDING_FIELDS = ("version", "category", "outcome", "score", "weight", "title", "observed", "fix")
SCORECARD_FIELDS = ("digest", "rubric", "total", "grade", "categories", "provisional")


@transaction.atomic
def request_evaluation(
    *,
    source_url: str,
    ref: str = "",
    track: str = "general",
    requested_by: User | None = None,
    submission: Submission | None = None,
) -> Evaluation:
    """Queue one, with its project's build settings of now. The message goes out only when the row is there."""
    evaluation = Evaluation.objects.create(
        source_url=source_url,
        ref=ref,
        track=track,
        build_settings=submission.project.build_settings if submission else "",
        requested_by=requested_by,
        submission=submission,
    )
    transaction.on_commit(lambda: poke(evaluation.pk))
    return evaluation


def poke(pk: int) -> None:
    """Tell the workers to look at an evaluation; telling them twice does no harm."""
    from evaluations.tasks import evaluate  # tasks import the runner, which imports this module

    evaluate.delay(pk)


@transaction.atomic
def cancel_evaluation(*, evaluation: Evaluation) -> bool:
    """Ask a running one to stop, or stop a waiting one at once; False when it is over already."""
    now = timezone.now()
    waiting = Evaluation.objects.filter(pk=evaluation.pk, stage__in=LIVE).unleased()
    if waiting.update(stage=Stage.CANCELLED, cancel_requested_at=now, finished_at=now) == 1:
        return True
    return Evaluation.objects.filter(pk=evaluation.pk, stage__in=LIVE).update(cancel_requested_at=now) == 1


@transaction.atomic
def store_scorecard(*, evaluation: Evaluation, evidence: SandboxEvidence) -> Scorecard:
    """Judge the evidence by the rubric that counts there; keep evidence, findings and scorecard together."""
    document = report(evidence, rubric=rubrics.for_evaluation(evaluation, evidence.track))
    Evidence.objects.update_or_create(
        evaluation=evaluation,
        defaults={"digest": document["evidence_digest"], "document": evidence.to_json()},
    )
    evaluation.findings.all().delete()
    Finding.objects.bulk_create(
        Finding(
            evaluation=evaluation,
            check_id=row["check"],
            **{name: row[name] for name in FINDING_FIELDS},
        )
        for row in document["findings"]
    )
    card = document["scorecard"]
    scorecard, _ = Scorecard.objects.update_or_create(
        evaluation=evaluation,
        defaults={name: card[name] for name in SCORECARD_FIELDS} | {"report": document},
    )
    return scorecard
