"""The form of a project's build settings: a manifest, validated as the sandbox will read it."""

import textwrap

from django import forms

from accounts.plain import PlainForm
from evaluations.catalogue import manifest_problems


class BuildSettingsForm(PlainForm, forms.Form):
    settings = forms.CharField(
        label="Settings",
        required=False,
        strip=False,
        max_length=20_000,
        widget=forms.Textarea(
            attrs={"rows": 14, "class": "mono", "spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}
        ),
        help_text="The same as in assay.yaml. A line here counts more than the same line of the repository's file. "
        "Empty leaves everything to the repository.",
    )

    def clean_settings(self) -> str:
        """Each problem is an error of its own, with its line and what to write instead."""
        text = textwrap.dedent(self.cleaned_data["settings"].replace("\r\n", "\n")).rstrip()
        if not text.strip():
            return ""
        problems = manifest_problems(text)
        if problems:
            raise forms.ValidationError([f"Line {one.line}: {one.text}. {one.fix}" for one in problems])
        return text
