"""Writes of hidden test sets: an organiser keeps one, another instead, or none."""

from accounts.models import User
from evaluations.models import HiddenTestSet
from hackathons.models import Hackathon, short_id
from sandbox.training.hidden import hidden_rows


def keep_hidden_test_set(*, hackathon: Hackathon, data: bytes, target: str, metric: str, by: User) -> HiddenTestSet:
    """Keep a CSV file as the event's hidden rows, in place of those before.

    Evaluations from then on get it. Raises `sandbox.training.hidden.RowsError` when it cannot be used.
    """
    id_ = short_id()
    rows = hidden_rows(id_, data, target, metric)
    fields = {
        "public_id": id_,
        "content": data.decode("utf-8-sig"),
        "target": target,
        "metric": metric,
        "rows": len(rows.table.rows),
        "columns": len(rows.table.columns),
        "uploaded_by": by,
    }
    made, _ = HiddenTestSet.objects.update_or_create(hackathon=hackathon, defaults=fields)
    return made


def remove_hidden_test_set(*, hackathon: Hackathon) -> bool:
    """Forget the rows; False when there were none."""
    return HiddenTestSet.objects.filter(hackathon=hackathon).delete()[0] > 0
