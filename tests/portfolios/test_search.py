"""The talent search: what a line means, what it finds and why, and who never appears."""

import contextlib

import pytest
from hypothesis import given, strategies

from portfolios import actions, search, skills
from portfolios.models import SearchEntry
from tests import factories
from tests.portfolios.reports import report


def found(line):
    return [entry.scorecard.pk for entry in search.matching(search.parse(line))]


@pytest.mark.parametrize(
    ("line", "query"),
    [
        ("", search.Query()),
        ("Weather  Oracle", search.Query(words=("weather", "oracle"))),
        ('"weather oracle" x', search.Query(words=("weather oracle", "x"))),
        ("skill:FastAPI", search.Query(skills=("FastAPI",))),
        ('skill:"Continuous integration"', search.Query(skills=("Continuous integration",))),
        ("p95_ms<200", search.Query(facts=(search.Fact("p95_ms", "<", 200),))),
        ("P95_MS <= 200", search.Query(facts=(search.Fact("p95_ms", "<=", 200),))),
        ("grade>=b", search.Query(facts=(search.Fact("grade", ">=", 3),))),
    ],
)
def test_parse_reads_words_skills_and_facts(line, query):
    assert search.parse(line) == query


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("p95<200", "known are: p50_ms, p95_ms"),
        ("p95_ms<fast", "“fast” is not a number"),
        ("p95_ms<200ms", "not a number"),
        ("p95_ms<", "not a number"),
        ("p95_ms<nan", "beyond"),
        ("p95_ms<1e999", "beyond"),
        ("grade>=S", "one of A, B, C, D and E"),
        ("a<b<c", "compares nothing"),
        ("skill:", "needs a name"),
        ("x" * 301, "at most 300"),
    ],
)
def test_parse_says_what_is_wrong(line, why):
    with pytest.raises(search.QueryError, match=why):
        search.parse(line)


@given(strategies.text(max_size=320))
def test_parse_never_fails_otherwise(line):
    with contextlib.suppress(search.QueryError):
        assert isinstance(search.parse(line), search.Query)


def test_skills_come_from_plan_and_passed_checks():
    assert {skill.name: skill.why for skill in skills.shown_by(report())} == {
        "Python": "built by the python buildpack",
        "FastAPI": "the framework that was found in the source",
        "Uvicorn": "ran as: Python 3.12, FastAPI by uvicorn",
        "Prometheus": "the check exposes_metrics passed",
        "Automated tests": "the check has_tests passed",
    }
    assert skills.shown_by({}) == []
    assert skills.shown_by({"plan": None, "measurements": {"practice": {"dependencies": None}}}) == []


@pytest.mark.parametrize(
    ("line", "matches"),
    [
        ("", True),
        ("fastapi", True),
        ("skill:fastapi", True),
        ("skill:fast", False),
        ("skill:Prometheus p95_ms<200", True),
        ("p95_ms<41.3", False),
        ("p95_ms<=41.3", True),
        ("capacity_rps>50 grade>=B", True),
        ("grade>=A", False),
        ("grade<B", False),
        ("total=82.4", True),
        ("image_bytes<1000", False),
        ("nothing-like-it", False),
        ("%", False),
    ],
)
def test_search_finds_by_text_skill_and_measured_fact(published, line, matches):
    assert found(line) == ([published.pk] if matches else [])


def test_search_says_why(published):
    entry = SearchEntry.objects.get()
    query = search.parse("python skill:FastAPI p95_ms<200")
    texts = [(reason.text, reason.fragment) for reason in search.reasons(entry, query)]
    assert texts == [
        ("95th percentile latency 41.3 ms, asked for p95_ms<200", "measured"),
        ("FastAPI: the framework that was found in the source", "provenance"),
        ("“python” in: python 3.12, fastapi by uvicorn", ""),
    ]


def test_unmeasured_fact_matches_nothing(site, project, student, publish):
    row = factories.scorecard(
        evaluation=factories.evaluation(project=project, by=student), report=report(measurements={})
    )
    publish(row, student)
    assert found("p95_ms<200") == found("p95_ms>=200") == []
    assert found("grade=B") == [row.pk]


def _profile(user, **fields):
    actions.update_profile(
        user=user, **{"headline": "", "about": "", "declared_skills": ["Rust"], "is_public": True, **fields}
    )


def test_declared_skills_count_only_while_the_profile_is_on_and_are_marked(published, student):
    _profile(student, is_public=False, headline="Looking for work")
    assert found("skill:rust") == found("looking") == []
    _profile(student, headline="Looking for work")
    assert found("skill:rust") == found("looking") == [published.pk]
    [reason] = search.reasons(SearchEntry.objects.get(), search.parse("skill:Rust"))
    assert reason.declared
    _profile(student, is_public=False)
    assert found("skill:rust") == []


def test_search_never_shows_what_is_not_published(scorecard, student, publish):
    assert found("") == []
    publish(scorecard, student)
    assert found("") == [scorecard.pk]
    actions.unpublish_scorecard(scorecard=scorecard)
    assert found("") == []


def test_talent_page_shows_hits_with_reasons_and_links(published, client):
    page = client.get("/talent/", {"q": "p95_ms<200", "skill": "FastAPI"}).content.decode()
    assert "1 project" in page
    assert f'href="/s/{published.public_id}/#measured"' in page
    assert f'href="/s/{published.public_id}/#provenance"' in page
    assert "/c/" in page


@pytest.mark.parametrize("line", ["p95<3", 'say "hi', "\x00", "<script>alert(1)</script>", "%s" * 100])
def test_talent_page_answers_every_line(client, db, line):
    response = client.get("/talent/", {"q": line, "skill": '"<b>'})
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


def test_talent_page_helps_with_a_line_that_cannot_be_read(client, db):
    page = client.get("/talent/", {"q": "p95<200"}).content.decode()
    assert "compares nothing that is measured" in page
    assert 'aria-invalid="true"' in page
