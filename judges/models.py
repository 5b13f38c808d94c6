"""Expo judging as rows: the round, its rubric, the panel, who goes where, and what they gave."""

import uuid

from django.db import models

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


class Visit(models.Model):
    """One judge at one table, from being sent there to the submitted scores.

    `client_id` is made on the judge's phone: sending the same one again changes nothing.
    """

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
    revision = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["assigned_at"]

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
