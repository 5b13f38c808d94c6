"""Rubrics: released files stay as they are, documents that cannot judge are refused in words, gates hold or do not."""

import copy
import json
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.__main__ import main
from sandbox.checks import Judged, all_checks, judge_all
from sandbox.evidence import TRACKS, Evidence
from sandbox.finding import GRADES, Check, Example, failed, passed
from sandbox.rubrics import RubricError, all_rubrics, load, newest, read
from sandbox.rubrics.renames import RENAMES
from sandbox.rubrics.validation import problems_of_thresholds, scaled
from sandbox.scorecard import gates_of, total

# Scorecards carry these names: a released file is never edited. A change is a new file with the next version.
RELEASED = {
    "ai@1": "sha256:e5ba4d6e65b5fd35c5da50af239198547a984fc74c8f9231d357a281b0ed0117",
    "ai@2": "sha256:bd3f3a9b0f5cb08b9d85c9f1eb1553c208f5a3f6dd7410fd948188cf583a0574",
    "general@1": "sha256:bb8779af7061de6c3d79b1579bfbeb2a439df69022e023447db54d7ee43b76a6",
    "general@2": "sha256:d5cd091a4f61860f136516243ce29c4a50ba05778e68f8cbe56642867acfd6fc",
    "ml@1": "sha256:f57bbc658bfbf3e0fa92efe649132ae6b4099447e218c9e23d42f90f7b0a8e3c",
    "ml@2": "sha256:c0cb142031811f4bd52fb9468e2b18a70d78c33197527a09144beb5eeb649284",
}
CHECKS = all_checks()
ROOT = Path(__file__).parents[2]
STORED = Path(__file__).parent / "evidence"
UP = [{"role": "app", "state": "healthy"}]


def changed(name="general@2", **members):
    return load(copy.deepcopy(all_rubrics()[name].document) | members)


def test_released_rubrics_are_what_they_were():
    assert {name: rubric.digest for name, rubric in all_rubrics().items()} == RELEASED


@pytest.mark.parametrize("track", TRACKS)
def test_newest_rubric_of_each_track_counts_grades_as_the_checks_say(track):
    rubric = newest(track)
    assert (rubric.track, rubric.document["grades"]) == (track, GRADES)
    assert sum(rubric.weights.values()) == 100


@pytest.mark.parametrize("name", RELEASED)
def test_rubric_names_only_checks_and_thresholds_that_there_are(name):
    for check, row in all_rubrics()[name].document["checks"].items():
        assert check in CHECKS
        assert problems_of_thresholds(CHECKS[check], row.get("thresholds", {})) == []


def test_first_rubrics_ask_what_they_asked_and_count_every_grade_whole():
    asked = judge_all(Evidence("general"), all_rubrics()["general@1"])
    assert {row.check.id for row in asked} == set(all_rubrics()["general@1"].document["checks"])
    assert {row.weight for row in asked if row.check.id == "has_tests"} == {7.5}


def test_weight_is_the_checks_times_the_share_of_its_grade_unless_the_rubric_has_its_own():
    check = CHECKS["has_tests"]
    assert newest("general").weight_of(check) == check.weight * GRADES[check.grade]
    mine = changed(checks={"has_tests": {"weight": 4}})
    assert mine.weight_of(check) == 4 * GRADES[check.grade]


@pytest.mark.parametrize("check", RENAMES)
def test_figure_of_an_old_name_means_what_it_meant(check):
    own = CHECKS[check].thresholds
    for rename in RENAMES[check]:
        rubric = changed(checks={check: {"thresholds": {rename.old: 2 * own[rename.new] / rename.factor}}})
        assert rubric.thresholds_of(CHECKS[check]) == pytest.approx(own | {rename.new: 2 * own[rename.new]})
        assert rubric.unknown_thresholds(CHECKS[check]) == []


def test_rename_ends_at_a_name_of_today_and_begins_at_none():
    for check, renames in RENAMES.items():
        assert {one.new for one in renames} <= set(CHECKS[check].thresholds)
        assert not {one.old for one in renames} & set(CHECKS[check].thresholds)


def test_new_name_counts_where_the_old_one_stands_beside_it():
    rubric = changed(checks={"refuses_bad_rows": {"thresholds": {"share": 0.5, "least_pct": 90, "made_up": 1}}})
    assert rubric.thresholds_of(CHECKS["refuses_bad_rows"]) == {"least_pct": 90}
    assert rubric.unknown_thresholds(CHECKS["refuses_bad_rows"]) == ["made_up"]


def test_rubric_judges_by_its_own_thresholds():
    evidence = Evidence("general", probes={"build": {"image_bytes": 300_000_000}})
    strict = changed(checks={"image_stays_small": {"thresholds": {"median_mb": 100, "p10_mb": 40}}})
    for rubric, outcome in ((newest("general"), "pass"), (strict, "fail")):
        found = {row.check.id: row.finding.outcome for row in judge_all(evidence, rubric)}
        assert found["image_stays_small"] == outcome


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"weights": {"build": 50, "deploy": 45}}, "add up to 95, and have to add up to 100: add 5"),
        ({"weights": {"build": 70, "deploy": 45}}, "take away 15"),
        ({"weights": {"build": 50, "style": 50}}, "'style'"),
        ({"weights": {"build": 150, "deploy": -50}}, "150"),
        ({"checks": {"has_tests": {"weight": "heavy"}}}, "'heavy'"),
        ({"checks": {"has_tests": {"weight": float("nan")}}}, "finite"),
        ({"checks": {"../x": {}}}, "../x"),
        ({"gates": [{"id": "a", "says": "B.", "when": {"deployed": False}, "cap": 5, "category": "style"}]}, "style"),
        ({"gates": [{"id": "a", "says": "B.", "when": {}, "cap": 5}]}, "when"),
        ({"gates": [{"id": "a", "says": "B.", "when": {"deployed": True}}]}, "gates"),
        ({"id": "../../etc/passwd"}, "passwd"),
        ({"version": 0}, "version"),
        ({"more": 1}, "more"),
    ],
    ids=lambda value: None if isinstance(value, dict) else value,
)
def test_document_that_cannot_judge_is_refused(members, said):
    with pytest.raises(RubricError, match=r".") as refused:
        changed(**members)
    assert said in str(refused.value)


@pytest.mark.parametrize("text", ["", "[]", "[" * 100_000, '{"schema": "assay/rubric/v1"}', "\xff", "null"])
def test_file_that_is_no_rubric_is_refused(tmp_path, text):
    path = tmp_path / "rubric.json"
    path.write_text(text)
    with pytest.raises(RubricError):
        read(str(path))


def test_file_with_a_rubric_is_read(tmp_path):
    path = tmp_path / "rubric.json"
    path.write_text(json.dumps(changed(id="spring/general", version=7).document))
    assert read(str(path)).name == "spring/general@7"
    assert read("ml@1") is all_rubrics()["ml@1"]


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"a": 1, "b": 1, "c": 1}, {"a": 33.3, "b": 33.3, "c": 33.4}),
        ({"a": 30, "b": 20}, {"a": 60, "b": 40}),
        ({"a": 0, "b": 0}, {"a": 0, "b": 0}),
    ],
)
def test_weights_are_scaled_to_exactly_a_hundred(given, made):
    assert scaled(given) == made


def test_check_that_is_gone_is_passed_over():
    mine = changed(asks="listed", checks={"answered_by_pigeon": {"weight": 5, "required": True}, "has_ci": {}})
    assert [row.check.id for row in judge_all(Evidence("general"), mine)] == ["has_ci"]


def judged(**outcomes):
    """Findings of checks by their ids."""
    return [Judged(CHECKS[name], passed("Y.") if good else failed("N.")) for name, good in outcomes.items()]


def card(rubric, evidence, rows):
    gates = gates_of(rows, rubric, evidence)
    return total(rows, rubric, evidence_digest="", gates=gates).to_json()


def test_required_check_that_failed_caps_the_total_and_says_so():
    rows = judged(builds_from_clean_clone=True, has_licence=False)
    mine = changed(checks={"has_licence": {"required": True}})
    for rubric, most, held in ((newest("general"), 100, []), (mine, 50, ["required_failed"])):
        made = card(rubric, Evidence("general", services=UP), [*rows])
        assert [gate["id"] for gate in made["gates"]] == held
        assert made["total"] <= most
    assert made["total"] == 50


def test_required_check_that_could_not_be_seen_caps_nothing():
    mine = changed(checks={"exposes_metrics": {"required": True}})
    rows = judge_all(Evidence("general", services=UP), mine)
    assert {row.finding.outcome for row in rows if row.required} == {"inconclusive"}
    assert gates_of(rows, mine, Evidence("general", services=UP)) == ()


@pytest.mark.parametrize(("wrong", "load"), [(0, 100.0), (10, 100.0), (11, 0.0)])
def test_wrong_answers_under_load_take_the_whole_category(wrong, load):
    evidence = Evidence("general", services=UP, probes={"load": {"answers_changed": wrong, "sent": 200}})
    made = card(newest("general"), evidence, judged(stays_healthy_under_load=True, builds_from_clean_clone=True))
    assert made["categories"]["load"] == load
    assert made["total"] == (100.0 if load else 50.0)


@pytest.mark.parametrize(
    "load", [{}, {"answers_changed": None, "sent": 9}, {"answers_changed": 5, "sent": 0}, {"sent": 1}]
)
def test_gate_over_a_figure_that_is_not_there_does_not_hold(load):
    evidence = Evidence("general", services=UP, probes={"load": load})
    assert gates_of([], newest("general"), evidence) == ()


def test_gate_may_name_a_check():
    gate = {"id": "no_secrets", "says": "A secret.", "when": {"check_failed": "keeps_secrets_out"}, "cap": 30}
    mine = changed(gates=[gate])
    evidence = Evidence("general", services=UP)
    assert (
        card(mine, evidence, judged(keeps_secrets_out=False, has_tests=True, builds_from_clean_clone=True))["total"]
        == 30
    )
    assert card(mine, evidence, judged(keeps_secrets_out=True))["total"] == 100


def steep(evidence, thresholds):
    return passed(f"{100 / thresholds['least']:.0f}.")


STEEP = Check(
    id="steep",
    version=1,
    title="Steep",
    failed_title="Flat",
    why="W.",
    fix="F.",
    category="build",
    weight=5,
    judge=steep,
    examples=(Example("any", Evidence("general"), "pass"),),
    thresholds={"least": 1, "median_ms": 400, "p10_ms": 100, "median_rps": 5, "p10_rps": 20},
)


@pytest.mark.parametrize(
    ("thresholds", "said"),
    [
        ({"least": 0}, "division by zero"),
        ({"most": 3}, "has no threshold most"),
        ({"p10_ms": 400}, "p10 has to stay below the median (of ms)"),
        ({"median_rps": 30}, "p10 has to stay above the median (of rps)"),
        ({"least": 2, "median_ms": 200, "p10_rps": 6}, None),
    ],
)
def test_threshold_that_a_check_cannot_be_asked_with_is_refused(thresholds, said):
    found = problems_of_thresholds(STEEP, thresholds)
    assert (found == []) is (said is None)
    assert said is None or said in found[0]


PLACES = (
    {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC"},
    {"PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8", "TZ": "Asia/Kathmandu"},
    {"PYTHONHASHSEED": "77", "LC_ALL": "tr_TR.UTF-8", "TZ": "America/St_Johns", "PYTHONUTF8": "0"},
)


@pytest.mark.parametrize(
    "flags", [["--json"], ["--json", "--rubric", "general@1"], ["--track", "ml"], []], ids=" ".join
)
@pytest.mark.parametrize("name", ["fastapi-docker", "crashes-at-start"])
def test_judge_prints_the_same_bytes_in_every_process_locale_and_time_zone(name, flags):
    said = {
        subprocess.run(
            [sys.executable, "-m", "sandbox", "judge", str(STORED / f"{name}.json"), *flags],
            env={"PATH": "/usr/bin:/bin", **place},
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        for place in PLACES
    }
    assert len(said) == 1
    assert said.pop().strip()


def test_judge_names_the_rubric_and_refuses_what_is_none(tmp_path, capsys):
    evidence, path = str(STORED / "fastapi-docker.json"), tmp_path / "mine.json"
    path.write_text(json.dumps(changed(id="spring/general", version=3, title="Ours").document))
    assert main(["judge", evidence, "--rubric", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["scorecard"]["rubric"] == "spring/general@3"
    path.write_text("{}")
    assert main(["judge", evidence, "--rubric", str(path)]) == 2
    assert "The rubric cannot be used" in capsys.readouterr().err
    assert main(["judge", evidence, "--rubric", "general@99"]) == 2
