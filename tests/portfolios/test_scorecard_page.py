"""What the scorecard's page adds to a report: the next steps, evidence, the evaluation before it, and its event."""

import pytest

from portfolios import comparison, scorecard_page, standing
from portfolios.shown_evidence import MOST_LINES, shown
from tests import factories
from tests.portfolios.reports import finding, report

pytestmark = pytest.mark.django_db


def card(project, by, findings=(), *, total=70.0, rubric="general@2", commit="a" * 40):
    document = report()
    document["findings"] = [*findings]
    document["source"] = document["source"] | {"commit": commit}
    document["scorecard"] = document["scorecard"] | {"total": total, "rubric": rubric}
    return factories.scorecard(evaluation=factories.evaluation(project=project, by=by), report=document)


@pytest.fixture
def event(db):
    return factories.hackathon(name="Ship It")


@pytest.fixture
def project(event):
    return factories.project(team=factories.team(hackathon=event))


@pytest.fixture
def student(db):
    return factories.user()


def test_first_evaluation_is_compared_with_nothing(project, student):
    assert comparison.with_previous(card(project, student)) is None


def test_what_got_better_and_worse_is_told_with_its_share(project, student):
    before = [
        finding("has_tests", "practice", "fail", 0.0),
        finding("answers_http", "deploy", "pass", 1.0),
        finding("has_ci", "practice", "pass", 1.0),
        finding("keeps_p95_under_load", "load", "pass", 0.9),
    ]
    after = [
        finding("has_tests", "practice", "pass", 1.0),
        finding("answers_http", "deploy", "fail", 0.25),
        finding("has_ci", "practice", "inconclusive", None),
        finding("keeps_p95_under_load", "load", "pass", 0.92),
    ]
    card(project, student, before, total=60.0)
    found = comparison.with_previous(card(project, student, after, total=72.5))
    assert [(row["check"], row["was"], row["now"]) for row in found["better"]] == [("has_tests", 0, 100)]
    assert [(row["check"], row["was"], row["now"]) for row in found["worse"]] == [("answers_http", 100, 25)]
    assert (found["change"], found["same"], found["same_rubric"], found["same_commit"]) == (12.5, 1, True, True)


def test_check_of_another_version_is_not_compared(project, student):
    card(project, student, [finding("has_tests", "practice", "fail", 0.0)])
    newer = finding("has_tests", "practice", "pass", 1.0) | {"version": 2}
    found = comparison.with_previous(card(project, student, [newer], rubric="general@3", commit="b" * 40))
    assert (found["better"], found["worse"], found["same_rubric"], found["same_commit"]) == ([], [], False, False)


def test_total_stands_among_those_of_the_event_without_names(event, project, student):
    for total in (12.0, 55.0, 58.0, 100.0):
        team = factories.team(hackathon=event, name=f"Secret {total}")
        card(factories.project(team=team, name=f"Hidden {total}"), student, total=total)
    card(project, student, total=20.0)
    found = standing.in_event(card(project, student, total=72.0))
    assert (found["projects"], found["below"], found["median"]) == (5, 3, 58.0)
    assert [(row["from"], row["count"]) for row in found["bins"] if row["count"]] == [
        (10, 1),
        (50, 2),
        (70, 1),
        (90, 1),
    ]
    assert [row["from"] for row in found["bins"] if row["own"]] == [70]
    assert "Secret" not in str(found)
    assert "Hidden" not in str(found)


def test_few_projects_would_tell_who_is_meant(event, project, student):
    for number in range(3):
        card(factories.project(team=factories.team(hackathon=event, name=f"Team {number}")), student)
    assert standing.in_event(card(project, student)) is None


def test_page_shows_steps_evidence_comparison_and_standing(client, event, project, student):
    for number in range(5):
        card(factories.project(team=factories.team(hackathon=event, name=f"Team {number}")), student, total=40.0)
    card(project, student, [finding("answers_http", "deploy", "fail", 0.0)], total=50.0)
    failing = finding("has_tests", "practice", "fail", 0.0) | {"evidence": ["/probes/load/p95_ms", "app.py:3"]}
    latest = card(project, student, [failing, finding("answers_http", "deploy", "pass", 1.0)], total=66.0)
    client.force_login(project.team.hackathon.organisers.first() or admin())
    text = client.get(f"/s/{latest.public_id}/").content.decode()
    for words in (
        "What to fix first",
        "Since the last evaluation",
        "+16 points",
        "Among 6 projects",
        "/probes/load/p95_ms",
        "41.3",
    ):
        assert words in text


def admin():
    return factories.user("admin", is_superuser=True, is_staff=True)


def test_pointer_shows_what_it_names_and_nothing_else():
    document = {
        "measurements": {"load": {"rows": [{"a": 1}, {"a": 2}], "tail": ["one", "two"]}},
        "source": {"x~y": {"a/b": 3}},
    }
    texts = [row["text"] for row in shown(document, ["/probes/load/rows/1", "/probes/load/tail", "/source/x~0y/a~1b"])]
    assert texts == ['{\n  "a": 2\n}', "one\ntwo", "3"]
    assert [
        row["text"]
        for row in shown(document, ["/probes/load/rows/7", "/probes/none/x", "app.py:3", "/probes/load/tail/x"])
    ] == [""] * 4


def test_long_evidence_is_cut_and_says_so():
    document = {
        "measurements": {"logs": {"tail": [f"line {number}" for number in range(100)], "rows": list(range(50))}}
    }
    tail, rows = (row["text"] for row in shown(document, ["/probes/logs/tail", "/probes/logs/rows"]))
    assert tail.splitlines()[-1] == "…"
    assert len(tail.splitlines()) == MOST_LINES + 1
    assert "42 more" in rows


def test_what_the_project_did_not_show_stands_apart_from_what_we_failed_to_see(client, project, student):
    rows = [
        finding("has_ci", "practice", "not_applicable", None),
        finding("counts_errors", "monitoring", "inconclusive", None) | {"cause": "project"},
        finding("has_capacity", "load", "inconclusive", None) | {"cause": "host"},
    ]
    row = card(project, student, rows)
    row.provisional = True
    row.save(update_fields=["provisional"])
    found = scorecard_page.findings(row.report)
    assert [one["check"] for one in found["other"]] == ["has_capacity", "has_ci"]
    assert [one["check"] for one in found["unshown"]] == ["counts_errors"]
    client.force_login(student)
    page = client.get(f"/s/{row.public_id}/").content.decode()
    assert "we failed to see 1 thing<" in page
    assert page.index("1 had nothing to be judged by") < page.index("Not shown") < page.index("Not seen")
