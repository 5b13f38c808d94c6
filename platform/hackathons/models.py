"""Events, teams, projects and what they submit."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


def short_id() -> str:
    """An unguessable id for addresses: 96 bits, URL safe."""
    return secrets.token_urlsafe(12)


class HackathonQuerySet(models.QuerySet):
    def organised_by(self, user) -> "HackathonQuerySet":
        return self.filter(organisers=user)

    def open(self) -> "HackathonQuerySet":
        """Those that take submissions now."""
        now = timezone.now()
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__lte=now)


class Hackathon(models.Model):
    """An event: a hackathon of a weekend, a semester course or an expo."""

    class Kind(models.TextChoices):
        HACKATHON = "hackathon"
        COURSE = "course", "semester course"
        EXPO = "expo"

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.HACKATHON)
    description = models.TextField(blank=True)
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)
    organisers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="organised_hackathons", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = HackathonQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        now = timezone.now()
        return self.starts_at <= now and (self.ends_at is None or now < self.ends_at)


class Team(models.Model):
    """People who submit together in one event. Whoever has the join code may become a member."""

    hackathon = models.ForeignKey(Hackathon, on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80)
    join_code = models.CharField(max_length=16, unique=True, default=short_id)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="teams")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["hackathon", "slug"], name="team_slug_in_hackathon")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["joined_at"]
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"


class ProjectQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ProjectQuerySet":
        """Those of the user's teams and events; nothing for strangers (published scorecards are another page)."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(Q(team__members=user) | Q(team__hackathon__organisers=user)).distinct()


class Project(models.Model):
    """One product of a team: its repository, its track and, at an expo, its table."""

    class Track(models.TextChoices):
        GENERAL = "general", "General"
        AI = "ai", "AI engineer"
        ML = "ml", "ML engineer"

    public_id = models.CharField(max_length=16, unique=True, default=short_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="projects")
    name = models.CharField(max_length=80)
    tagline = models.CharField(max_length=140, blank=True)
    track = models.CharField(max_length=8, choices=Track, default=Track.GENERAL)
    repository_url = models.CharField("repository", max_length=2000)
    ref = models.CharField("branch, tag or commit", max_length=200, blank=True)
    build_settings = models.TextField(
        blank=True, help_text="A manifest (docs/manifest.md) that counts more than the repository's own assay.yaml."
    )
    table_number = models.PositiveIntegerField(null=True, blank=True)
    table_x = models.FloatField(null=True, blank=True, help_text="metres")
    table_y = models.FloatField(null=True, blank=True, help_text="metres")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Submission(models.Model):
    """A frozen hand-in: the repository and ref as they were named, and the commit once it was fetched."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="submissions")
    url = models.CharField(max_length=2000)
    ref = models.CharField(max_length=200, blank=True)
    commit = models.CharField(max_length=64, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="submissions")
    submitted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-submitted_at"]

    def __str__(self) -> str:
        return f"{self.project} at {self.commit or self.ref or 'HEAD'}"
