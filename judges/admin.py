"""Judging in the admin site. Scores and versions are shown, never edited here: the record stays what judges gave."""

from django.contrib import admin

from judges.models import Conflict, Criterion, Judge, Round, Score, Version, Visit


class CriterionInline(admin.TabularInline):
    model = Criterion
    extra = 0


class ConflictInline(admin.TabularInline):
    model = Conflict
    extra = 0
    autocomplete_fields = ["project"]


class ScoreInline(admin.TabularInline):
    model = Score
    extra = 0
    readonly_fields = ["criterion", "value"]
    can_delete = False
    max_num = 0


class VersionInline(admin.TabularInline):
    model = Version
    extra = 0
    readonly_fields = ["number", "scores", "note", "saved_at"]
    can_delete = False
    max_num = 0


@admin.register(Round)
class RoundAdmin(admin.ModelAdmin):
    list_display = ["hackathon", "opened_at", "closed_at", "results_published_at"]
    inlines = [CriterionInline]


@admin.register(Judge)
class JudgeAdmin(admin.ModelAdmin):
    list_display = ["name", "affiliation", "round", "checked_in_at", "withdrawn_at"]
    list_filter = ["round"]
    search_fields = ["name", "email", "affiliation"]
    readonly_fields = ["token_sha256"]
    inlines = [ConflictInline]


@admin.register(Visit)
class VisitAdmin(admin.ModelAdmin):
    list_display = ["judge", "project", "state", "reason", "submitted_at", "revision"]
    list_filter = ["judge__round", "state"]
    search_fields = ["judge__name", "project__name"]
    readonly_fields = ["client_id", "submitted_at", "revision", "voided_by"]
    inlines = [ScoreInline, VersionInline]
