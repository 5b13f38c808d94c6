"""Verified portfolios: profiles, consents, credentials, the files that prove them, and the search rows."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from evaluations.models import Scorecard


class Profile(models.Model):
    """A person's public page, off until they turn it on."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    headline = models.CharField(max_length=120, blank=True)
    about = models.TextField(blank=True)
    declared_skills = models.JSONField(default=list, blank=True)
    is_public = models.BooleanField(default=False)
    # Public files name people by this random id, never by an address (credentials.md, privacy).
    subject_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    def __str__(self) -> str:
        return f"profile of {self.user}"


class Consent(models.Model):
    """Who agreed to the publication of which scorecard, to which words, and when."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents")
    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="consents")
    text_version = models.CharField(max_length=20)
    granted_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "scorecard"], condition=Q(withdrawn_at=None), name="one_consent_in_force"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} for {self.scorecard}"


class StatusList(models.Model):
    """A W3C Bitstring Status List: one bit a credential, signed as a credential of its own."""

    public_id = models.SlugField(max_length=32, unique=True)
    bits = models.BinaryField()
    document = models.JSONField(default=dict)
    signed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.public_id


class EvidenceFile(models.Model):
    """A signed statement by the SHA-256 of its bytes: what `/evidence/{sha256}` serves."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    media_type = models.CharField(max_length=80)
    content = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256


class Credential(models.Model):
    """One person's signed credential over one published scorecard."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The row outlives the person's data (`actions.erase_person`): its bit must stay set and its index taken.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="credentials")
    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="credentials")
    document = models.JSONField()
    evidence_files = models.ManyToManyField(EvidenceFile, related_name="credentials")
    status_list = models.ForeignKey(StatusList, on_delete=models.PROTECT, related_name="credentials")
    status_index = models.PositiveIntegerField()
    issued_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(fields=["status_list", "status_index"], name="status_index_once"),
            models.UniqueConstraint(
                fields=["user", "scorecard"], condition=Q(revoked_at=None), name="one_credential_in_force"
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class SearchEntry(models.Model):
    """A published scorecard as the talent search sees it; written when it is published, gone when it is not."""

    scorecard = models.OneToOneField(Scorecard, on_delete=models.CASCADE, related_name="search_entry")
    text = models.TextField()
    # [{"name": "FastAPI", "why": "…"}, …]: what the evidence shows. The tokens are its names for the search, folded
    # and between bars ("|python|fastapi|"); declared ones are people's own word and are marked as such.
    skills = models.JSONField(default=list)
    skill_tokens = models.TextField(default="|")
    declared_tokens = models.TextField(default="|")
    total = models.FloatField(null=True)
    grade = models.CharField(max_length=2)
    p95_ms = models.FloatField(null=True)
    p50_ms = models.FloatField(null=True)
    capacity_rps = models.FloatField(null=True)
    failure_pct = models.FloatField(null=True)
    ready_after_s = models.FloatField(null=True)
    image_bytes = models.FloatField(null=True)

    class Meta:
        verbose_name_plural = "search entries"

    def __str__(self) -> str:
        return self.text[:80]
