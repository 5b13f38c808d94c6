"""Forms of events, teams and projects: few fields, and errors that say what to do."""

import re
from urllib.parse import urlsplit

from django import forms
from django.conf import settings

from accounts.plain import PlainForm
from hackathons.models import Hackathon, Project, Team

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class HackathonForm(PlainForm, forms.ModelForm):
    class Meta:
        model = Hackathon
        fields = ["name", "kind", "description", "starts_at", "ends_at"]
        widgets = {
            "description": forms.Textarea(attrs={"rows": 3}),
            "starts_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "ends_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        }
        help_texts = {"starts_at": "In UTC.", "ends_at": "In UTC. Empty means that submissions stay open."}

    def clean(self) -> dict:
        values = super().clean()
        starts, ends = values.get("starts_at"), values.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", "The event has to end after it starts.")
        return values


class TeamForm(PlainForm, forms.ModelForm):
    class Meta:
        model = Team
        fields = ["name"]


class ProjectForm(PlainForm, forms.ModelForm):
    class Meta:
        model = Project
        fields = ["name", "tagline", "repository_url", "ref", "track"]
        widgets = {
            "repository_url": forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://…/team/project.git"})
        }
        help_texts = {
            "repository_url": "A public git repository that can be cloned without a password.",
            "ref": "Empty takes the default branch.",
            "track": "AI engineers build on existing models; ML engineers train their own.",
        }

    def clean_repository_url(self) -> str:
        """Only addresses that git can fetch without a secret, spelt so that nothing reads them as an option."""
        url = self.cleaned_data["repository_url"].strip()
        parts = urlsplit(url)
        if _CONTROL.search(url) or url.startswith("-"):
            raise forms.ValidationError("This is not an address. Paste the repository's https address.")
        if parts.scheme in ("https", "http") and parts.hostname:
            if parts.username or parts.password:
                raise forms.ValidationError("Remove the user name or token from the address; it would become public.")
            return url
        if settings.ASSAY_ALLOW_LOCAL_SOURCES and url.startswith("/"):
            return url
        raise forms.ValidationError(
            "Give an address that starts with https://, as your git host's Code button shows it."
        )

    def clean_ref(self) -> str:
        ref = self.cleaned_data["ref"].strip()
        if ref.startswith("-") or _CONTROL.search(ref) or " " in ref:
            raise forms.ValidationError("A branch, tag or commit has no spaces and does not start with a hyphen.")
        return ref
