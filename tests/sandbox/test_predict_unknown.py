"""Routes that predict and do not say of which columns: what a refusal of guessed rows means, and what a page means."""

from types import SimpleNamespace

import pytest

from sandbox.plan import Plan
from sandbox.probes.predict import gather

TABLE = {"path": "data.csv", "columns": ["age", "y"], "rows": [["1", "0"], ["2", "1"], ["3", "1"]]}


def looked(status, body, kind="application/json", *, names=(), rows=""):
    """What the probe says of a service that answers every request alike."""

    def tool(_name, request, **_options):
        answer = {"status": status, "error": "", "content_type": kind, "body": body, "cut": False, "ms": 3.0}
        return {"answers": [answer for _ in request["requests"]]}

    declared = {"ml": {"predict": {"path": "/predict", "rows": rows}}} if rows else {}
    route = {"method": "POST", "path": "/predict", "form": list(names)}
    return gather(
        SimpleNamespace(
            plan=Plan("python", 1, "", hints={"routes": [route], **declared}),
            seen={"boot": {}, "ml_source": {"tables": [TABLE], "data": {"target": "y"}}},
            pod=SimpleNamespace(tool=tool),
            port=8000,
            cancellation=None,
        )
    )


def test_rows_of_columns_that_nobody_named_are_no_reproach():
    seen = looked(500, "error")
    assert (seen["answers"], seen["rows_from"]) == (False, "")
    assert "Nothing tells which columns" in seen["why"]


@pytest.mark.parametrize("told", [{"names": ("age",)}, {"rows": "data.csv"}], ids=["read-by-the-code", "declared"])
def test_rows_that_fit_are_one(told):
    seen = looked(500, "error", **told)
    assert (seen["answers"], seen["rows_from"]) == (False, "data.csv")
    assert "to rows that fit" in seen["why"]


def test_guessed_rows_that_are_answered_count():
    assert looked(200, '{"prediction": 1}')["answers"]


def test_page_is_told_from_an_answer():
    seen = looked(200, "<h1>It is 1</h1>", "text/html; charset=utf-8", names=("age",))
    assert (seen["found"], "a page for people" in seen["why"]) == (False, True)


def test_error_page_is_quoted_as_people_see_it():
    seen = looked(500, "<!doctype html>\n<html lang=en>\n<h1>Internal Server Error</h1>\n", "text/html", names=("age",))
    assert seen["why"] == "It answered 500 to rows that fit: Internal Server Error"
