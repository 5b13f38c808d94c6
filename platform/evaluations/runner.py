"""The runner: one claimed evaluation through its stages, each stored before the next begins."""

import logging
import shutil

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from evaluations import hidden, leases, selfproof
from evaluations.actions import store_scorecard
from evaluations.models import Evaluation, Stage
from evaluations.news import Newsroom, newsroom
from hackathons.models import Submission
from sandbox.engine import Engine
from sandbox.events import Event
from sandbox.faults import Cancellation, Cancelled, HostFault
from sandbox.limits import Limits
from sandbox.pipeline import STAGES, Pipeline
from sandbox.plain import plain
from sandbox.training.hidden import HiddenRows

log = logging.getLogger(__name__)
SOURCE_SCHEMES = ("http://", "https://")


def work_on(pk: int, engine: Engine) -> bool:
    """Claim evaluation `pk` and bring it as far as it goes; False when there was nothing to claim.

    0. an engine whose sandbox has not been proved gets none: the evaluation waits, and no attempt is used up;
    1. claim by compare-and-swap; 2. run the stages, saving after each; 3. score in one transaction;
    4. our fault: let go, so that it is tried again, or abort after the last attempt; 5. a lost lease: write nothing.
    """
    if not selfproof.stands(engine):
        return False
    token = leases.claim(pk)
    if token is None:
        return False
    evaluation = Evaluation.objects.get(pk=pk)
    cancellation = Cancellation()
    try:
        with leases.kept(pk, token, cancellation), newsroom(evaluation) as news:
            _work(evaluation, token, engine, cancellation, news)
    except leases.LeaseLost:
        log.warning("evaluation %s is somebody else's now", evaluation.public_id)
    return True


def _event(evaluation: Evaluation, rows: HiddenRows | None) -> dict[str, str]:
    """When the event of its project is, for what was made before it, and which hidden rows it has; {} without one."""
    if evaluation.submission is None:
        return {}
    hackathon = evaluation.submission.project.team.hackathon
    days = {"starts_at": hackathon.starts_at, "ends_at": hackathon.ends_at}
    told = {name: moment.isoformat() for name, moment in days.items() if moment is not None}
    return told | ({"hidden_rows": rows.id} if rows else {})


def _work(evaluation: Evaluation, token: str, engine: Engine, cancellation: Cancellation, news: Newsroom) -> None:
    if evaluation.attempts > settings.ASSAY_MAX_ATTEMPTS:
        _abort(evaluation, token, _worn_out(evaluation))
        return
    leases.write(evaluation.pk, token, started_at=evaluation.started_at or timezone.now())
    rows = hidden.for_evaluation(evaluation)
    pipeline = Pipeline(
        key=evaluation.public_id,
        source=evaluation.source_url,
        ref=evaluation.ref,
        track=evaluation.track,
        engine=engine,
        limits=Limits.from_environment(),
        workspace=settings.ASSAY_WORKSPACES / evaluation.public_id,
        sink=news,
        cancellation=cancellation,
        state=evaluation.state,
        event=_event(evaluation, rows),
        hidden=rows,
        settings=evaluation.build_settings,
        allow_local=settings.ASSAY_ALLOW_LOCAL_SOURCES,
    )
    try:
        for stage in STAGES:
            leases.write(evaluation.pk, token, stage=stage)
            pipeline.step(stage)
            leases.write(evaluation.pk, token, state=plain(pipeline.saved()))
            _freeze_commit(evaluation, pipeline)
        leases.write(evaluation.pk, token, stage=Stage.SCORING)
        news(Event(Stage.SCORING, "stage", "started"))
        with transaction.atomic():
            leases.write(
                evaluation.pk,
                token,
                stage=Stage.SCORED,
                finished_at=timezone.now(),
                fault=plain(pipeline.fault),
                lease="",
                lease_until=None,
            )
            store_scorecard(evaluation=evaluation, evidence=pipeline.evidence())
        news(Event(Stage.SCORING, "stage", "done"))
    except Cancelled as wish:
        if wish.args == (leases.LOST,):
            raise leases.LeaseLost from wish
        leases.write(
            evaluation.pk, token, stage=Stage.CANCELLED, finished_at=timezone.now(), lease="", lease_until=None
        )
        news(Event(evaluation.stage, "stage", "cancelled"))
    except HostFault as error:
        log.warning("attempt %d of %s: %s", evaluation.attempts, evaluation.public_id, error)
        fault = error.fault(Evaluation.objects.values_list("stage", flat=True).get(pk=evaluation.pk)).to_json()
        news(Event(fault["stage"], "note", f"Our machine failed, not yours: {error.title}."))
        if evaluation.attempts >= settings.ASSAY_MAX_ATTEMPTS:
            _abort(evaluation, token, fault)
        else:
            leases.write(evaluation.pk, token, fault=fault, state=plain(pipeline.saved()))
            leases.release(evaluation.pk, token)
            return
    _clean_up(evaluation, engine)


def _freeze_commit(evaluation: Evaluation, pipeline: Pipeline) -> None:
    """The submission learns which commit its ref was."""
    commit = pipeline.saved().get("source", {}).get("commit")
    if commit and evaluation.submission_id:
        Submission.objects.filter(pk=evaluation.submission_id, commit="").update(commit=commit)


def _worn_out(evaluation: Evaluation) -> dict:
    """The fault of an evaluation whose workers kept dying: the last one's own, if it could still name it."""
    return (
        evaluation.fault
        or HostFault(
            "worker_lost",
            "The workers that took this evaluation stopped without an answer",
            detail=f"{settings.ASSAY_MAX_ATTEMPTS} attempts.",
            fix="Nothing is wrong with the repository as far as we know. Start it again, or tell the organiser.",
        )
        .fault(evaluation.stage)
        .to_json()
    )


def _abort(evaluation: Evaluation, token: str, fault: dict) -> None:
    leases.write(
        evaluation.pk,
        token,
        stage=Stage.ABORTED,
        fault=fault,
        finished_at=timezone.now(),
        lease="",
        lease_until=None,
    )


def _clean_up(evaluation: Evaluation, engine: Engine) -> None:
    """What only a running evaluation needs: its workspace and its image. The reaper takes what this misses."""
    shutil.rmtree(settings.ASSAY_WORKSPACES / evaluation.public_id, ignore_errors=True)
    try:
        engine.remove_images(evaluation.public_id)
    except HostFault:
        log.warning("the image of %s is left to the reaper", evaluation.public_id)
