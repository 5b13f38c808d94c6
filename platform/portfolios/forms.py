"""Forms of portfolios: a person's own page, consent, and a credential to verify."""

from django import forms

from accounts.models import User
from accounts.plain import PlainForm
from portfolios.credential.documents import MAX_BYTES
from portfolios.models import Profile

MAX_SKILLS = 20
MAX_SKILL_LENGTH = 40


class ProfileForm(PlainForm, forms.Form):
    """The page at `/u/{handle}/`; off until its owner turns it on."""

    is_public = forms.BooleanField(
        required=False,
        label="Show my page to everybody",
        help_text="Employers then find your published scorecards by your name, skills and words below.",
    )
    headline = forms.CharField(required=False, max_length=120, help_text="One line: what you do and look for.")
    about = forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))
    declared_skills = forms.CharField(
        required=False,
        max_length=400,
        label="Skills",
        help_text="Separated by commas. They are marked as your own word, beside those that your scorecards show.",
    )

    @classmethod
    def of(cls, user: User) -> "ProfileForm":
        """Show what is saved; a person without a page starts with an empty one."""
        profile = Profile.objects.filter(user=user).first() or Profile(user=user)
        return cls(
            initial={
                "is_public": profile.is_public,
                "headline": profile.headline,
                "about": profile.about,
                "declared_skills": ", ".join(profile.declared_skills),
            }
        )

    def clean_declared_skills(self) -> list[str]:
        """Split, each once whatever its case, bounded in number and length."""
        once: dict[str, str] = {}
        for name in (" ".join(part.split()) for part in self.cleaned_data["declared_skills"].split(",")):
            if len(name) > MAX_SKILL_LENGTH:
                raise forms.ValidationError(f"A skill has at most {MAX_SKILL_LENGTH} characters: “{name[:20]}…”.")
            if name:
                once.setdefault(name.casefold(), name)
        if len(once) > MAX_SKILLS:
            raise forms.ValidationError(f"Name at most {MAX_SKILLS} skills; the ones that matter read better alone.")
        return list(once.values())


class ConsentForm(forms.Form):
    agree = forms.BooleanField(
        label="I have read this and agree",
        error_messages={"required": "Nothing is published without your agreement. Tick the box, or go back."},
    )


class VerifyForm(forms.Form):
    """A credential as a file or as pasted text."""

    file = forms.FileField(required=False, label="Credential file", help_text="The .json file that you were given.")
    text = forms.CharField(
        required=False,
        label="Or its text",
        strip=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocapitalize": "off"}),
    )

    def clean(self) -> dict:
        given = super().clean()
        file, text = given.get("file"), given.get("text")
        if not file and not text and not self.errors:
            raise forms.ValidationError("Choose a file or paste the credential's text.")
        if file and file.size > MAX_BYTES:
            raise forms.ValidationError(f"A credential has at most {MAX_BYTES // 1024} KiB; this file is larger.")
        return given

    def content(self) -> bytes | str:
        file = self.cleaned_data.get("file")
        return file.read() if file else self.cleaned_data["text"]
