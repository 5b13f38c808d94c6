"""Events, teams and projects in the admin site."""

from django.contrib import admin

from hackathons.models import Hackathon, Membership, Project, Submission, Team


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["user"]


@admin.register(Hackathon)
class HackathonAdmin(admin.ModelAdmin):
    list_display = ["name", "kind", "starts_at", "ends_at"]
    prepopulated_fields = {"slug": ["name"]}
    filter_horizontal = ["organisers"]
    search_fields = ["name"]


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):
    list_display = ["name", "hackathon"]
    list_filter = ["hackathon"]
    search_fields = ["name"]
    inlines = [MembershipInline]


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):
    list_display = ["name", "team", "track", "table_number", "repository_url"]
    list_filter = ["team__hackathon", "track"]
    search_fields = ["name", "repository_url"]


@admin.register(Submission)
class SubmissionAdmin(admin.ModelAdmin):
    list_display = ["project", "commit", "submitted_by", "submitted_at"]
    search_fields = ["commit", "project__name"]
