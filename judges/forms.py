"""Forms of judging: the ballot with its 1 to 5 buttons, the rubric, the panel, the settings."""

from typing import Any

from django import forms

from accounts.plain import PlainForm
from hackathons.models import Project
from judges.models import Criterion, Judge, Round, Visit
from judges.tally import files

SCALE = [(value, str(value)) for value in range(1, 6)]
MAX_CRITERIA = 12
RESERVED = {*files.REQUIRED, *files.OPTIONAL}


class BallotForm(PlainForm, forms.Form):
    """One radio row for each criterion and a private note. `client_id` names the visit, `revision` what was edited."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    note = forms.CharField(
        label="Private note",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Only you and the organisers read it.",
    )

    def __init__(self, *args: Any, round_: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = list(round_.criteria.all())
        for criterion in self.criteria:
            self.fields[_field(criterion)] = forms.TypedChoiceField(
                label=criterion.name,
                help_text=criterion.description,
                choices=SCALE,
                coerce=int,
                widget=forms.RadioSelect,
                error_messages={"required": f"Tap a number for {criterion.name}."},
            )

    @classmethod
    def of_visit(cls, visit: Visit, round_: Round, data: Any = None) -> "BallotForm":
        """The form of a visit, filled with what is stored."""
        stored = {_field(score.criterion): score.value for score in visit.scores.select_related("criterion")}
        initial = {"client_id": visit.client_id, "revision": visit.revision, "note": visit.note, **stored}
        return cls(data, round_=round_, initial=initial)

    def rows(self) -> list[forms.BoundField]:
        return [self[_field(criterion)] for criterion in self.criteria]

    def scores(self) -> dict[Criterion, int]:
        return {criterion: self.cleaned_data[_field(criterion)] for criterion in self.criteria}


def _field(criterion: Criterion) -> str:
    return f"criterion-{criterion.pk}"


class SkipForm(forms.Form):
    client_id = forms.UUIDField()
    reason = forms.ChoiceField(choices=Visit.Reason)


class CheckInForm(forms.Form):
    """Which teams the judge should not be sent to."""

    conflicts = forms.ModelMultipleChoiceField(
        Project.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, round_: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["conflicts"].queryset = round_.projects.select_related("team")
        self.fields["conflicts"].label_from_instance = lambda project: f"{project.name} ({project.team.name})"


class InviteForm(PlainForm, forms.ModelForm):
    class Meta:
        model = Judge
        fields = ["name", "email", "affiliation"]
        labels = {"email": "E-mail"}
        help_texts = {
            "email": "Nothing is sent: you get a link to hand over. It keeps judges away from teams they are in.",
            "affiliation": "Company or school.",
        }


class SettingsForm(forms.ModelForm):
    visits_per_judge = forms.IntegerField(label="Visits for each judge", min_value=1, max_value=100)
    slot_minutes = forms.IntegerField(label="Minutes for a visit", min_value=1, max_value=60)

    class Meta:
        model = Round
        fields = ["visits_per_judge", "slot_minutes", "balanced_only"]
        labels = {"balanced_only": "Same number of visits for everybody"}
        help_texts = {
            "balanced_only": "Otherwise every team gets its fair share first, and visits that are left go where an "
            "award is still undecided."
        }


class CriterionForm(PlainForm, forms.Form):
    name = forms.CharField(max_length=60)
    description = forms.CharField(max_length=300, required=False, label="What to look for")
    weight = forms.FloatField(min_value=0.1, max_value=100, initial=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["weight"].widget.attrs["step"] = "any"


class BaseRubricFormSet(forms.BaseFormSet):
    """Two blank rows to add to (an untouched one is left out) and a tick to remove: no JavaScript needed."""

    def kept(self) -> list[dict[str, Any]]:
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("name")]
        wanted = [row for row in rows if not row.get("DELETE")]
        return [{name: row[name] for name in ("name", "description", "weight")} for row in wanted]

    def clean(self) -> None:
        if any(self.errors):
            return
        names = [row["name"].casefold() for row in self.kept()]
        if not names:
            raise forms.ValidationError("A rubric needs at least one criterion.")
        for name in set(names) & RESERVED:
            raise forms.ValidationError(f"“{name}” is a column of the ballot file; call the criterion something else.")
        if len(set(names)) < len(names):
            raise forms.ValidationError("Two criteria have the same name; judges could not tell them apart.")


RubricFormSet = forms.formset_factory(
    CriterionForm, formset=BaseRubricFormSet, extra=2, can_delete=True, max_num=MAX_CRITERIA, validate_max=True
)
