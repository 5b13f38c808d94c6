"""Reports of stored evidence: the schema that readers rely on, the same bytes every time, gains that come true."""

import copy
import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from rich.console import Console

from sandbox import canonical
from sandbox.checks import judge_all
from sandbox.evidence import Evidence
from sandbox.faults import HostFault
from sandbox.finding import passed
from sandbox.report import gain, report
from sandbox.rubrics import newest
from sandbox.scorecard import total
from sandbox.terminal import print_report

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "report-v1.json").read_text())
# Gathered by `assay gather` from repositories below tests/repos, and from a folder that is not there.
STORED = {path.stem: path for path in sorted((Path(__file__).parent / "evidence").glob("*.json"))}
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)


def stored(name):
    return Evidence.from_json(json.loads(STORED[name].read_text()))


def complaints(document):
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(document)]


def aborted():
    fault = HostFault("engine_unreachable", "The container engine does not answer", fix="Start it.")
    return replace(stored("nothing-runnable"), fault=fault.fault("building").to_json())


def test_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("track", ["general", "ai", "ml"])
@pytest.mark.parametrize("name", STORED)
def test_report_of_stored_evidence_fits_the_schema(name, track):
    assert complaints(report(stored(name), rubric=newest(track))) == []


@pytest.mark.parametrize("outcome", ["aborted", "cancelled"])
def test_report_of_what_was_not_scored_fits_the_schema_and_judges_nothing(outcome):
    evidence = aborted() if outcome == "aborted" else stored("fastapi-docker")
    document = report(evidence, outcome=outcome)
    assert complaints(document) == []
    assert (document["findings"], document["scorecard"]["total"]) == ([], None)


def parts():
    """(definition, where such a thing stands in the healthy report or in a broken one)."""
    yield "report", SCHEMA, lambda document: document
    for name in ("source", "plan", "scorecard", "host"):
        yield name, SCHEMA["$defs"][name], lambda document, name=name: document[name]
    for name, member in (("service", "services"), ("stage", "stages"), ("finding", "findings")):
        yield name, SCHEMA["$defs"][name], lambda document, member=member: document[member][0]
    yield "fault", SCHEMA["$defs"]["fault"], lambda document: document["fault"]


REQUIRED = [
    pytest.param(find, member, id=f"{name}.{member}")
    for name, definition, find in parts()
    for member in definition["required"]
]


@pytest.mark.parametrize(("find", "member"), REQUIRED)
def test_report_without_a_required_member_is_refused(find, member):
    """The crashed service has every part but a health path: plan, service, fault, findings."""
    document = report(stored("crashes-at-start"))
    assert complaints(document) == []
    del find(document)[member]
    assert complaints(document) != []


def test_report_with_more_members_still_fits():
    document = report(stored("fastapi-docker"))
    for _, _, find in parts():
        part = find(document)
        if part is not None:
            part["new_member"] = {"a": 1}
    assert complaints(document) == []


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "scored", "fault": aborted().fault},
        {"outcome": "aborted"},
        {"healthy": True, "deployed": False},
        {"outcome": "finished"},
        {"schema": "assay/report/v2"},
    ],
)
def test_report_that_contradicts_itself_is_refused(change):
    assert complaints(report(stored("fastapi-docker")) | change) != []


@pytest.mark.parametrize("name", STORED)
def test_report_is_the_same_in_every_process(name):
    script = (
        "import json, sys; from sandbox import canonical; from sandbox.evidence import Evidence; "
        "from sandbox.report import report; "
        "print(canonical.digest(report(Evidence.from_json(json.load(open(sys.argv[1]))))))"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", script, str(STORED[name])],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert seen == {canonical.digest(report(stored(name)))}


def test_report_changes_nothing_of_its_evidence():
    evidence = stored("crashes-at-start")
    before = copy.deepcopy(evidence.to_json())
    report(evidence)["plan"]["buildpack"] = "changed"
    assert evidence.to_json() == before


def test_gain_is_what_the_total_grows_by():
    evidence = stored("fastapi-docker")
    document = report(evidence)
    judged = judge_all(evidence)
    open_rows = [row for row in document["findings"] if row["score"] is not None and row["score"] < 1]
    assert open_rows
    for row in open_rows:
        mended = [replace(one, finding=passed("Yes.")) if one.check.id == row["check"] else one for one in judged]
        after = total(mended, newest("general"), evidence_digest="").total
        # Category scores and totals are rounded to one decimal, and so is the gain.
        assert document["scorecard"]["total"] + gain(document, row) == pytest.approx(after, abs=0.16)


@pytest.mark.parametrize("score", [None, 1.0])
def test_gain_of_what_cannot_grow_is_nothing(score):
    document = report(stored("fastapi-docker"))
    assert gain(document, document["findings"][0] | {"score": score}) == 0.0


def printed(document, width=80):
    out = io.StringIO()
    print_report(document, Console(file=out, width=width, force_terminal=True, color_system="truecolor"))
    return out.getvalue()


def plain(document, width=100):
    out = io.StringIO()
    print_report(document, Console(file=out, width=width))
    return out.getvalue()


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("name", STORED)
def test_terminal_shows_every_report_at_every_width(name, width):
    document = report(stored(name))
    shown = plain(document, width)
    assert f"{document['scorecard']['rubric']}  {document['scorecard']['digest']}" in shown.splitlines()
    assert f"{document['scorecard']['total']:g} of 100" in shown
    if document["fault"]:
        assert document["fault"]["id"] in shown


def test_terminal_shows_the_fault_before_the_findings_and_the_greatest_gain_first():
    document = report(stored("crashes-at-start"))
    shown = plain(document, 200)
    best = max(document["findings"], key=lambda row: gain(document, row))
    places = [shown.index(text) for text in (document["fault"]["title"], "What would gain most", best["title"])]
    assert places == sorted(places)
    gains = [float(line.split()[0]) for line in shown.splitlines() if line.startswith("+")]
    assert gains == sorted(gains, reverse=True)


def test_terminal_says_what_to_do_next_and_what_holds_the_total_down():
    document = report(stored("crashes-at-start"))
    shown = plain(document, 300)
    assert "What to do next (level 0 of 3 reached)" in shown
    assert f"1. {document['fault']['fix']}" in shown
    assert "It never answered. The total is at most 20." in shown
    del document["next_steps"], document["scorecard"]["gates"]
    assert "What to do next" not in plain(document)


def test_terminal_says_what_was_not_evaluated_and_who_failed():
    document = report(stored("fastapi-docker"))
    document["source"] |= {"dirty": True, "submodules": ["vendor/lib"]}
    assert "Uncommitted changes of the folder were not evaluated." in plain(document)
    assert "vendor/lib were not fetched" in plain(document)
    assert "our machine failed" in plain(report(aborted(), outcome="aborted"))


def test_terminal_passes_on_no_escape_of_a_team():
    document = report(stored("crashes-at-start"))
    evil = "\x1b]0;owned\x07\x1b[2J\x9b31m[bold]not markup[/bold]\u202e"
    document["fault"] |= {"title": evil, "detail": evil, "fix": evil, "where": evil}
    document["findings"][0] |= {"title": evil, "observed": evil}
    document["source"] |= {"url": evil, "ref": evil}
    shown = printed(document)
    assert "[bold]not markup[/bold]" in plain(document)
    assert not {"\x07", "\x9b", "\u202e"} & set(shown)
    assert "\x1b]" not in shown
    assert "\x1b[2J" not in shown
