"""Evaluations and scorecards in the admin site, with the two things an operator does by hand."""

from django.contrib import admin, messages

from evaluations import actions
from evaluations.models import Evaluation, EventRubric, Finding, Scorecard


@admin.register(Evaluation)
class EvaluationAdmin(admin.ModelAdmin):
    list_display = ["public_id", "source_url", "track", "stage", "attempts", "created_at", "finished_at"]
    list_filter = ["stage", "track"]
    search_fields = ["public_id", "source_url"]
    readonly_fields = ["public_id", "lease", "lease_until", "attempts", "state", "fault"]
    raw_id_fields = ["submission", "requested_by"]
    actions = ["cancel", "poke"]

    @admin.action(description="Cancel")
    def cancel(self, request, queryset) -> None:
        stopped = sum(actions.cancel_evaluation(evaluation=evaluation) for evaluation in queryset)
        self.message_user(request, f"{stopped} asked to stop.", messages.INFO)

    @admin.action(description="Tell the workers to look at it")
    def poke(self, request, queryset) -> None:
        for evaluation in queryset:
            actions.poke(evaluation.pk)
        self.message_user(request, "The workers were told.", messages.INFO)


@admin.register(Scorecard)
class ScorecardAdmin(admin.ModelAdmin):
    list_display = ["public_id", "grade", "total", "rubric", "provisional", "created_at", "published_at"]
    list_filter = ["grade", "rubric", "provisional"]
    readonly_fields = ["public_id", "digest", "report"]
    raw_id_fields = ["evaluation"]


@admin.register(Finding)
class FindingAdmin(admin.ModelAdmin):
    list_display = ["check_id", "outcome", "score", "observed"]
    list_filter = ["outcome", "category", "check_id"]
    raw_id_fields = ["evaluation"]


@admin.register(EventRubric)
class EventRubricAdmin(admin.ModelAdmin):
    """Only to look at: scorecards name these versions, so none may change."""

    list_display = ["name", "hackathon", "track", "saved_by", "created_at"]
    list_filter = ["track"]
    search_fields = ["name", "hackathon__name"]

    def has_add_permission(self, *_: object) -> bool:
        return False

    def has_change_permission(self, *_: object, **__: object) -> bool:
        return False
