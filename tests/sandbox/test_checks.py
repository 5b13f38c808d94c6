"""Every check keeps its contract: found by its file, judged by its own examples, the same again after JSON."""

import json
from pathlib import Path

import pytest

from sandbox import checks as package
from sandbox.checks import all_checks, judge, judge_all
from sandbox.evidence import TRACKS, Evidence
from sandbox.faults import TeamFault
from sandbox.rubrics import newest
from sandbox.rubrics.validation import problems_of_thresholds

CHECKS = all_checks()
EXAMPLES = [
    pytest.param(check, example, id=f"{check.id}: {example.name}")
    for check in CHECKS.values()
    for example in check.examples
]


def test_all_checks_are_the_files_of_the_folder():
    files = {path.stem for path in Path(package.__file__).parent.glob("*.py")} - {"__init__"}
    assert set(CHECKS) == files
    assert len(CHECKS) >= 15


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_check_is_complete(check):
    assert check.id in CHECKS
    assert CHECKS[check.id] is check
    outcomes = {example.outcome for example in check.examples}
    assert {"pass", "fail"} <= outcomes
    assert check.title != check.failed_title
    assert all(text.strip().endswith(".") for text in (check.why, check.fix))
    assert not check.title.endswith(".")
    assert set(check.tracks) <= set(TRACKS)
    assert all(check.category in newest(track).weights for track in check.tracks)
    assert check.weight in (2.5, 5.0, 7.5, 10.0)


@pytest.mark.parametrize(("check", "example"), EXAMPLES)
def test_check_judges_its_example(check, example):
    finding = judge(check, example.evidence)
    assert finding.outcome == example.outcome
    assert finding.observed.endswith((".", "Read-only file system"))


@pytest.mark.parametrize(("check", "example"), EXAMPLES)
def test_check_judges_the_same_after_json(check, example):
    again = Evidence.from_json(json.loads(json.dumps(example.evidence.to_json())))
    assert judge(check, again) == judge(check, example.evidence)


@pytest.mark.parametrize("check", [check for check in CHECKS.values() if check.needs], ids=lambda check: check.id)
def test_check_without_its_probe_is_the_teams_failure_only_after_the_teams_fault(check):
    fault = TeamFault("exited", "The process exited", fix="Read the last lines.").fault("observing").to_json()
    plan = {"hints": {"job": {}}} if "job" in check.needs else None
    assert judge(check, Evidence("general", plan=plan)).outcome == "inconclusive"
    failed = judge(check, Evidence("general", plan=plan, fault=fault))
    assert (failed.outcome, failed.fix) == ("fail", "Read the last lines.")


def test_judge_all_asks_the_checks_of_the_track():
    asked = {row.check.id for row in judge_all(Evidence("ml"))}
    assert asked == {check.id for check in CHECKS.values() if "ml" in check.tracks}


@pytest.mark.parametrize("check", [check for check in CHECKS.values() if check.thresholds], ids=lambda check: check.id)
def test_check_can_be_asked_with_other_figures(check):
    """An organiser may move every figure: what cannot be answered then is told in words, never by a crash."""
    for factor in (0.5, 1, 2):
        moved = {name: figure * factor for name, figure in check.thresholds.items()}
        assert problems_of_thresholds(check, moved) == []
        for example in check.examples:
            judge(check, example.evidence, moved)
    for extreme in (0, 1e12):
        for problem in problems_of_thresholds(check, dict.fromkeys(check.thresholds, extreme)):
            assert problem.endswith(".")


def test_every_category_has_a_first_step():
    first = {check.category for check in CHECKS.values() if check.level == 1}
    assert first == {category for track in TRACKS for category in newest(track).weights}


@pytest.mark.parametrize("check", [check for check in CHECKS.values() if check.follows], ids=lambda check: check.id)
def test_check_that_follows_another_is_asked_with_it_and_later(check):
    first = CHECKS[check.follows]
    assert set(check.tracks) <= set(first.tracks)
    assert first.level <= check.level
    passed = {check.id}
    while first.follows:  # what is explained in a circle is explained by nothing
        assert first.id not in passed
        passed.add(first.id)
        first = CHECKS[first.follows]


def test_failure_that_follows_from_another_says_so_and_has_its_fix():
    rows = {row.check.id: row for row in judge_all(Evidence("general", probes={"metrics": {"present": False}}))}
    first, second = rows["exposes_metrics"], rows["counts_requests"]
    assert (first.because, second.because) == (None, "exposes_metrics")
    assert second.to_json()["fix"] == first.to_json()["fix"]
    metrics = {"present": True, "parses": True, "path": "/metrics", "series": 4, "families": 2}
    alone = Evidence("general", probes={"metrics": metrics | {"request_counter": None}})
    failed_alone = next(row for row in judge_all(alone) if row.check.id == "counts_requests")
    assert (failed_alone.finding.outcome, failed_alone.because) == ("fail", None)


def test_failure_names_the_first_of_a_chain_of_failures():
    route = {"path": "/ask", "method": "POST"}
    asked = {"offered": True, "route": route, "calls": 1, "models": ["m"], "status": 500, "declared": [], "tried": []}
    added = {"route": {"path": "/documents"}, "added": {"status": 500}}
    retrieval = {"route": "/documents", "planted": 0}
    probes = {"ai_ask": asked, "ai_documents": added, "ai_retrieval": retrieval}
    rows = {row.check.id: row for row in judge_all(Evidence("ai", probes=probes))}
    first, last = rows["calls_models"], rows["recalls_the_right_documents"]
    assert CHECKS["recalls_the_right_documents"].follows == "retrieves_added_documents"
    assert (first.because, last.finding.outcome, last.because) == (None, "fail", "calls_models")
    assert last.to_json()["fix"] == first.to_json()["fix"]


def test_evidence_of_an_earlier_probe_is_inconclusive_never_a_zero():
    old = Evidence("general", services=[], probes={"memory": {"baseline_bytes": 1}})
    finding = judge(CHECKS["keeps_memory_in_bounds"], old)
    assert finding.outcome == "inconclusive"
    assert "earlier version" in finding.observed
