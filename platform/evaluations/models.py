"""Evaluations: one state machine, the evidence it gathered, the findings and the scorecard that they add up to."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from hackathons.models import Hackathon, Submission, short_id


class Stage(models.TextChoices):
    QUEUED = "queued"
    FETCHING = "fetching"
    BUILDING = "building"
    OBSERVING = "observing"
    SCORING = "scoring"
    SCORED = "scored"
    ABORTED = "aborted"
    CANCELLED = "cancelled"


LIVE = (Stage.QUEUED, Stage.FETCHING, Stage.BUILDING, Stage.OBSERVING, Stage.SCORING)


class EvaluationQuerySet(models.QuerySet):
    def live(self) -> "EvaluationQuerySet":
        return self.filter(stage__in=LIVE)

    def unleased(self) -> "EvaluationQuerySet":
        """Those nobody holds a valid lease of."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=timezone.now()))

    def visible_to(self, user) -> "EvaluationQuerySet":
        """Those of the user's teams and events, and those the user asked for without a project."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(
            Q(requested_by=user)
            | Q(submission__project__team__members=user)
            | Q(submission__project__team__hackathon__organisers=user)
        ).distinct()


class Evaluation(models.Model):
    """One repository at one commit, put to the proof once.

    `stage` is the only status. Who works on it is decided by `lease` (a fencing token) until `lease_until`; `attempts`
    counts the claims. `state` is `sandbox.pipeline.Pipeline.saved()` after the last finished stage.
    """

    public_id = models.CharField(max_length=16, unique=True, default=short_id, editable=False)
    submission = models.ForeignKey(
        Submission, null=True, blank=True, on_delete=models.CASCADE, related_name="evaluations"
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="evaluations"
    )
    source_url = models.CharField(max_length=2000)
    ref = models.CharField(max_length=200, blank=True)
    track = models.CharField(max_length=8, default="general")
    build_settings = models.TextField(blank=True)  # the project's when it was asked for
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.QUEUED)
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    fault = models.JSONField(null=True, blank=True)
    state = models.JSONField(default=dict, blank=True)
    progress_text = models.CharField(max_length=200, blank=True)
    progress_fraction = models.FloatField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["stage", "lease_until"], name="evaluation_sweep")]

    def __str__(self) -> str:
        return f"{self.source_url} ({self.stage})"

    @property
    def is_live(self) -> bool:
        return self.stage in LIVE

    @property
    def queue_position(self) -> int | None:
        """1 for the next one to be taken; None when it is not waiting."""
        if self.stage != Stage.QUEUED:
            return None
        return Evaluation.objects.filter(stage=Stage.QUEUED, created_at__lt=self.created_at).count() + 1


class EventLine(models.Model):
    """One durable line of an evaluation's news (`sandbox.events.Event`); `seq` is also its id on the live stream."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="lines")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)
    stage = models.CharField(max_length=10)
    kind = models.CharField(max_length=8)
    source = models.CharField(max_length=20, blank=True)
    text = models.TextField()
    fraction = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["evaluation", "seq"], name="line_once")]

    def __str__(self) -> str:
        return self.text[:80]


class Evidence(models.Model):
    """The evidence document (`sandbox.evidence.Evidence.to_json()`), from which the scorecard can be judged again."""

    evaluation = models.OneToOneField(Evaluation, on_delete=models.CASCADE, related_name="evidence")
    digest = models.CharField(max_length=71, db_index=True)
    document = models.JSONField()

    def __str__(self) -> str:
        return self.digest


class Finding(models.Model):
    """One check's answer; `check_id` names a file of `sandbox/checks/`, so it is text and never a choice."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="findings")
    check_id = models.CharField(max_length=60, db_index=True)
    version = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=12)
    outcome = models.CharField(max_length=14)
    score = models.FloatField(null=True, blank=True)
    weight = models.FloatField()
    title = models.CharField(max_length=200)
    observed = models.TextField()
    fix = models.TextField(blank=True)

    class Meta:
        ordering = ["check_id"]
        constraints = [models.UniqueConstraint(fields=["evaluation", "check_id"], name="finding_once")]

    def __str__(self) -> str:
        return f"{self.check_id}: {self.outcome}"


class ScorecardQuerySet(models.QuerySet):
    def published(self) -> "ScorecardQuerySet":
        return self.filter(published_at__isnull=False, unpublished_at=None)


class Scorecard(models.Model):
    """What an evaluation came to. `report` is the whole `assay/report/v1` document."""

    public_id = models.CharField(max_length=16, unique=True, default=short_id, editable=False)
    evaluation = models.OneToOneField(Evaluation, on_delete=models.CASCADE, related_name="scorecard")
    digest = models.CharField(max_length=71, db_index=True)
    rubric = models.CharField(max_length=120)
    total = models.FloatField(null=True, blank=True)
    grade = models.CharField(max_length=2)
    categories = models.JSONField(default=dict)
    provisional = models.BooleanField(default=False)
    report = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)
    unpublished_at = models.DateTimeField(null=True, blank=True)

    objects = ScorecardQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.grade} {self.total}"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None and self.unpublished_at is None


class EventRubric(models.Model):
    """One version of an event's own rubric for one track (`sandbox.rubrics`); never changed once it is saved."""

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="rubrics")
    track = models.CharField(max_length=8)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=120, unique=True)  # as scorecards say it: "spring-2027/general@1"
    digest = models.CharField(max_length=71)
    document = models.JSONField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="saved_rubrics"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["track", "-version"]
        constraints = [models.UniqueConstraint(fields=["hackathon", "track", "version"], name="rubric_version_once")]

    def __str__(self) -> str:
        return self.name


class HiddenTestSet(models.Model):
    """An event's rows with their answers that no team may read: only the sandbox worker ever takes `content`.

    `public_id` names this version of them in evidence; another upload has another.
    """

    hackathon = models.OneToOneField(Hackathon, on_delete=models.CASCADE, related_name="hidden_test_set")
    public_id = models.CharField(max_length=16, unique=True, default=short_id, editable=False)
    content = models.TextField()  # CSV
    target = models.CharField(max_length=200)
    metric = models.CharField(max_length=12)
    rows = models.PositiveIntegerField()
    columns = models.PositiveIntegerField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.rows} hidden rows of {self.hackathon}"

    @property
    def metric_name(self) -> str:
        return {"auc": "AUC", "r2": "R²", "rmse": "RMSE", "mae": "MAE"}.get(self.metric, self.metric)
