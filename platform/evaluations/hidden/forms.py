"""The form by which an organiser uploads the hidden test set of an event."""

from typing import Any

from django import forms

from accounts.plain import PlainForm
from sandbox.training.hidden import LEAST_ROWS, MOST_BYTES, RowsError, hidden_rows

METRICS = {
    "accuracy": "Accuracy: the share of right classes",
    "auc": "AUC: two classes, told apart by probability",
    "r2": "R²: the share of the variance that is explained",
    "rmse": "RMSE: the root of the mean squared error",
    "mae": "MAE: the mean absolute error",
}


class HiddenTestSetForm(PlainForm, forms.Form):
    """`cleaned_data["data"]` is the file's bytes, which can be used as hidden rows."""

    file = forms.FileField(
        label="CSV file",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=f"UTF-8 with a header, at least {LEAST_ROWS} rows and at most {MOST_BYTES // 2**20} MiB. The columns "
        "are those that the services are asked to take, and the target.",
    )
    target = forms.CharField(
        label="Target column", max_length=200, help_text="The column with the answers. It is never sent to a service."
    )
    metric = forms.ChoiceField(label="Figure", choices=METRICS.items(), help_text="What is measured and shown.")

    def clean_file(self) -> Any:
        """Too large a file is never read."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                f"The file has {file.size / 2**20:.1f} MiB; at most {MOST_BYTES // 2**20} MiB are taken."
            )
        return file

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not self.errors:
            values["data"] = values["file"].read()
            try:
                hidden_rows("", values["data"], values["target"], values["metric"])
            except RowsError as error:
                for problem in error.problems:
                    about = "target" if "target" in problem.lower() or "no column" in problem else "file"
                    self.add_error(about, problem)
        return values
