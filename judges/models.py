"""Expo judging as rows: the round, its rubric, the panel, who goes where, and what they gave."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from hackathons.models import Hackathon, Project


class Round(models.Model):
    """The judging of one event. Results show on scorecards only after `results_published_at`."""

    hackathon = models.OneToOneField(Hackathon, on_delete=models.CASCADE, related_name="judging_round")
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    results_published_at = models.DateTimeField(null=True, blank=True)
    visits_per_judge = models.PositiveSmallIntegerField(default=10)
    slot_minutes = models.PositiveSmallIntegerField(default=6)
    balanced_only = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"judging of {self.hackathon}"

    @property
    def is_open(self) -> bool:
        return self.opened_at is not None and self.closed_at is None

    @property
    def is_published(self) -> bool:
        return self.results_published_at is not None

    @property
    def projects(self) -> "models.QuerySet[Project]":
        """Every project of the event, by table."""
        return Project.objects.filter(team__hackathon=self.hackathon_id).order_by("table_number", "name")


class Criterion(models.Model):
    """One line of the rubric, scored 1 to 5."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="criteria")
    name = models.CharField(max_length=60)
    description = models.CharField(max_length=300, blank=True)
    weight = models.FloatField(default=1.0)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name_plural = "criteria"
        constraints = [
            models.UniqueConstraint(fields=["round", "name"], name="criterion_once"),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="criterion_weight_positive"),
        ]

    def __str__(self) -> str:
        return self.name


class Judge(models.Model):
    """A person who scores demos, known by a secret link and by no account. Only the link's SHA-256 is kept."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="judges")
    name = models.CharField(max_length=80)
    email = models.EmailField(blank=True)
    affiliation = models.CharField(max_length=80, blank=True)
    token_sha256 = models.CharField(max_length=64, unique=True)
    invited_at = models.DateTimeField(auto_now_add=True)
    checked_in_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Conflict(models.Model):
    """A judge who must never be sent to a project: declared, recused, or by affiliation."""

    judge = models.ForeignKey(Judge, on_delete=models.CASCADE, related_name="conflicts")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="conflicts")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["judge", "project"], name="conflict_once")]

    def __str__(self) -> str:
        return f"{self.judge} not to {self.project}"


class VisitQuerySet(models.QuerySet):
    def cast(self) -> "VisitQuerySet":
        """Those with scores, counted or voided: the judge was there and need not come again."""
        return self.filter(state__in=(Visit.State.SUBMITTED, Visit.State.VOIDED))

    def absences(self) -> "VisitQuerySet":
        """Those that found nobody at the table, and that no person has cleared since."""
        return self.filter(state=Visit.State.SKIPPED, reason=Visit.Reason.ABSENT, cleared_at=None)


class Visit(models.Model):
    """One judge at one table, from being sent there to the submitted scores.

    `client_id` names the hand-in: sending the same one again changes nothing. `reason` is a `Reason` when skipped,
    words when voided. `revision` counts the times the scores were saved; each is kept as a `Version`.
    """

    class Reason(models.TextChoices):
        BUSY = "busy", "The team is busy"
        ABSENT = "absent", "Nobody is there"
        CONFLICT = "conflict", "I should not judge this team"

    class State(models.TextChoices):
        ASSIGNED = "assigned"
        SUBMITTED = "submitted"
        SKIPPED = "skipped"
        VOIDED = "voided"

    judge = models.ForeignKey(Judge, on_delete=models.CASCADE, related_name="visits")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="visits")
    state = models.CharField(max_length=9, choices=State, default=State.ASSIGNED)
    reason = models.CharField(max_length=200, blank=True)
    client_id = models.UUIDField(unique=True, default=uuid.uuid4)
    note = models.TextField(blank=True)
    assigned_at = models.DateTimeField(auto_now_add=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    skipped_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True, help_text="An absence that a person took back.")
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="voided_visits"
    )
    revision = models.PositiveSmallIntegerField(default=0)

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["assigned_at"]
        constraints = [
            models.UniqueConstraint(fields=["judge"], condition=Q(state="assigned"), name="one_table_at_a_time"),
            models.UniqueConstraint(
                fields=["judge", "project"], condition=Q(state__in=["submitted", "voided"]), name="visit_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.judge} at {self.project}: {self.state}"


class Score(models.Model):
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, related_name="scores")
    value = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "criterion"], name="score_once"),
            models.CheckConstraint(condition=models.Q(value__gte=1, value__lte=5), name="score_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.value}"


class Version(models.Model):
    """One saving of a visit's scores, never changed again: what stood there before an edit can always be seen."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    scores = models.JSONField(help_text="criterion name → 1 to 5")
    note = models.TextField(blank=True)
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["visit", "number"], name="version_once")]

    def __str__(self) -> str:
        return f"{self.visit}, version {self.number}"
