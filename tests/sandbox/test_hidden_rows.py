"""An organiser's hidden rows: what is refused of a file, what is kept of an evaluation, which is figures alone."""

import pytest

from sandbox.prediction import Route
from sandbox.prediction.known import Known, known_rows
from sandbox.probes import all_probes
from sandbox.probes.hidden_rows import measured
from sandbox.training.hidden import MOST_BYTES, RowsError, hidden_rows

CSV = "age,plan,churned\n" + "".join(
    f"{20 + number},{'a' if number % 2 else 'b'},{number % 2}\n" for number in range(40)
)


def read(text, target="churned", metric="accuracy"):
    return hidden_rows("s1", text if isinstance(text, bytes) else text.encode(), target, metric)


@pytest.mark.parametrize("text", [CSV, "\ufeff" + CSV, CSV.replace("\n", "\r\n"), CSV.replace(",", ";"), CSV + "\n\n"])
def test_rows_are_read_as_spreadsheets_write_them(text):
    rows = read(text)
    assert rows.table.columns == ("age", "plan", "churned")
    assert (len(rows.table.rows), rows.table.rows[1]) == (40, ("21", "a", "1"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty"),
        (b"PK\x03\x04" + bytes(80), "This is an Excel or OpenDocument workbook"),
        (CSV.encode("utf-16"), "This is UTF-16"),
        (CSV.replace("a,1", "\xe9,1").encode("latin-1"), "Line 3 is not UTF-8"),
        (CSV.encode() + b"1,\x00,0\n", "NUL characters"),
        (CSV.encode() + b" " * MOST_BYTES, "at most 2 MiB"),
        (b"churned\n1\n0\n", "one column only"),
        (CSV.partition("\n")[2], "has numbers in it, so it is no header"),
        (CSV.replace("plan", ""), "Column 2 has no name"),
        (CSV.replace("plan", "age"), "more than one column named “age”"),
        (CSV.replace("churned", "Churned"), "no column “churned”. Did you mean “Churned”?"),
        (CSV.replace("churned", "left"), "no column “churned”. The columns are age, plan, left."),
        ("\n".join(CSV.splitlines()[:9]), "has 8 rows below its header; at least 20"),
        (CSV.replace("21,a,1", "21,a"), "Row 2 has 2 cells, and the header 3"),
        (CSV.replace("21,a", f"21,{'x' * 300}"), "Row 2 has a cell of more than 200"),
        (CSV.replace("21,a,1", "21,a,"), "The target is empty in 1 of 40 rows (first in row 2)"),
        (CSV.replace("21,a,1", '21,"a,1'), "cannot be read as CSV"),
    ],
)
def test_file_that_is_no_table_is_refused_with_what_is_wrong(data, said):
    with pytest.raises(RowsError) as caught:
        read(data)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("target", "metric", "said"),
    [
        ("age", "accuracy", "40 different values; accuracy takes at most 20"),
        ("plan", "rmse", "RMSE is of numbers, and the target of row 1 is none"),
        ("churned", "f1", "f1 is none of accuracy, auc"),
    ],
)
def test_target_that_the_metric_cannot_be_told_of_is_refused(target, metric, said):
    with pytest.raises(RowsError, match=said.replace("(", r"\(")):
        read(CSV, target, metric)


def test_auc_wants_two_classes_and_every_metric_more_than_one():
    with pytest.raises(RowsError, match="3 classes; AUC is of two"):
        read(CSV.replace("20,b,0", "20,b,2"), metric="auc")
    with pytest.raises(RowsError, match="the same in every row"):
        read("a,b\n" + "1,2\n" * 30, "b", "r2")


def test_rows_show_in_no_printed_form():
    assert "20" not in repr(read(CSV)).replace("s1", "")
    assert "secret" not in repr(Known({"a": "secret"}, "secret"))


def test_only_figures_are_kept_and_they_are_coarse():
    rows = [Known({"age": number}, str(number % 2)) for number in range(37)]
    claim = {"kind": "auc", "name": "test.auc", "value": 0.9, "source": "metrics.json"}
    seen = measured("accuracy", claim, [0.4 + 0.3 * (number % 3 == 0) for number in range(37)], rows)
    assert seen == {"rows": 37, "answered": 37, "reached": {"accuracy": 0.49, "auc": 0.48}, "noise": seen["noise"]}
    assert measured("rmse", None, [7.0] * 37, rows)["reached"] == {"rmse": 6.5}


def test_service_that_leaves_rows_out_gets_no_figure():
    rows = [Known({"age": number}, str(number % 2)) for number in range(40)]
    seen = measured("accuracy", None, [*[1.0] * 20, *[None] * 20], rows)
    assert (seen["answered"], seen["reached"]) == (20, {})


def test_rows_keep_their_answers_and_lose_their_target():
    table = {"path": "", "columns": ["age", "plan", "churned"], "rows": [["1", "a", "0"], ["", "b", "1"]]}
    found = known_rows(Route("/predict"), table, "churned", 10)
    assert [(one.row, one.answer) for one in found][:1] == [({"age": 1, "plan": "a"}, "0")]
    assert all("churned" not in one.row for one in found)


def test_secret_probe_is_the_last():
    assert [probe.id for probe in all_probes() if probe.secret] == [all_probes()[-1].id] == ["hidden_rows"]
