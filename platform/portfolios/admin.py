"""Portfolios in the admin site; what is signed is never edited, a credential can only be revoked."""

from django.contrib import admin, messages

from portfolios import actions
from portfolios.models import Consent, Credential, Profile, StatusList


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that are a record: looked at, never changed by hand."""

    def has_add_permission(self, request) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_change_permission(self, request, obj=None) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_delete_permission(self, request, obj=None) -> bool:  # noqa: ARG002 - Django's signature
        return False


@admin.register(Profile)
class ProfileAdmin(admin.ModelAdmin):
    list_display = ["user", "headline", "is_public"]
    list_filter = ["is_public"]
    search_fields = ["user__username", "headline"]
    raw_id_fields = ["user"]
    readonly_fields = ["subject_id"]


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    list_display = ["user", "scorecard", "text_version", "granted_at", "withdrawn_at"]
    search_fields = ["user__username", "scorecard__public_id"]


@admin.register(StatusList)
class StatusListAdmin(ReadOnlyAdmin):
    list_display = ["public_id", "signed_at"]
    exclude = ["bits"]


@admin.register(Credential)
class CredentialAdmin(ReadOnlyAdmin):
    list_display = ["public_id", "user", "scorecard", "issued_at", "revoked_at"]
    search_fields = ["public_id", "user__username"]
    list_filter = ["revoked_at"]
    actions = ["revoke"]

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request, queryset) -> None:
        for credential in queryset:
            actions.revoke_credential(credential=credential, reason="An operator revoked it.")
        self.message_user(request, f"{len(queryset)} revoked; the status list is signed again.", messages.INFO)

    def has_revoke_permission(self, request) -> bool:
        return request.user.has_perm("portfolios.change_credential")
