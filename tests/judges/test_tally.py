"""The ranking model: what it must survive, what it must notice, and how well it does on expos with known truth."""

import dataclasses
import json
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kendalltau

from judges.tally import Ballot, BallotError, rank
from tests.judges.expo import CRITERIA, Expo, make_expo, project_name, true_ranks

ROOT = Path(__file__).resolve().parents[2]


def ballot(judge: str, project: str, *scores: float | None, **fields) -> Ballot:
    return Ballot(judge, project, dict(zip(CRITERIA, scores, strict=False)), **fields)


def tau(expo: Expo, ranking: list[dict]) -> float:
    truth = true_ranks(expo, [row["project"] for row in ranking])
    return kendalltau([row["rank"] for row in ranking], [truth[row["project"]] for row in ranking]).statistic


def test_rank_does_not_depend_on_row_order():
    _, ballots = make_expo("B", 1)
    shuffled = random.Random(7).sample(ballots, len(ballots))
    assert rank(shuffled).to_json() == rank(ballots).to_json()


def test_rank_survives_json_without_nan():
    _, ballots = make_expo("A", 2)
    tally = rank(ballots).to_json()
    assert json.loads(json.dumps(tally, allow_nan=False)) == tally


@pytest.mark.parametrize(
    "ballots",
    [
        [ballot("j", "p", 3, 3)],
        [ballot("j", f"p{at}", 4, 4) for at in range(8)],
        [ballot("j", f"p{at}", 1 + at % 5) for at in range(8)],
        [ballot(f"j{judge}", f"p{at}", 3) for judge in range(4) for at in range(6)],
        [ballot("j", "p", 5), ballot("k", "p", 1)],
    ],
    ids=["one visit", "one judge, constant", "one judge", "all constant", "one project"],
)
def test_rank_gives_finite_numbers_on_degenerate_ballots(ballots):
    tally = rank(ballots)
    assert {row["project"] for row in tally.ranking} == {one.project for one in ballots}
    json.dumps(tally.to_json(), allow_nan=False)
    for row in tally.ranking:
        assert 1 <= row["low"] <= row["high"] <= len(tally.ranking)
        assert 1 <= row["score"] <= 5


def test_rank_of_nothing_says_so():
    tally = rank([], projects=["p"])
    assert tally.ranking == []
    assert tally.not_judged == ["p"]
    assert tally.warnings == ["No ballot counts yet."]


def test_projects_without_a_countable_visit_are_never_ranked():
    ballots = [
        ballot("j", "a", 5),
        ballot("k", "a", 4),
        ballot("j", "voided", 5, voided=True),
        ballot("k", "blank", None, None),
    ]
    tally = rank(ballots, projects=["a", "never seen"])
    assert [row["project"] for row in tally.ranking] == ["a"]
    assert tally.not_judged == ["blank", "never seen", "voided"]


def test_resubmitted_visit_changes_nothing():
    _, ballots = make_expo("A", 3)
    assert rank(ballots + ballots[:20]).to_json() == rank(ballots).to_json()


def test_one_visit_with_two_contents_is_refused():
    with pytest.raises(BallotError, match="'v1' is there twice"):
        rank([ballot("j", "p", 5, visit="v1"), ballot("j", "p", 4, visit="v1")])


def test_score_that_is_no_number_is_refused():
    with pytest.raises(BallotError, match="'idea' is nan"):
        rank([ballot("j", "p", float("nan"))])


def test_two_components_are_warned_about():
    zones = [
        [ballot(f"{zone}{j}", f"{zone}-p{p}", 1 + (p + j) % 5) for j in range(3) for p in range(4)] for zone in "xy"
    ]
    assert rank(zones[0]).warnings == []
    (warning,) = rank(zones[0] + zones[1]).warnings
    assert warning.startswith("Judges y0, y1, y2 share no project with the others")


def test_second_ballot_of_a_judge_for_a_project_is_warned_about():
    tally = rank([ballot("j", "p", 3), ballot("j", "p", 4), ballot("k", "p", 4)])
    assert tally.ranking[0]["views"] == 3
    assert "Judge j scored project p 2 times" in tally.warnings[0]


def test_weights_choose_the_criterion_award():
    ballots = [
        ballot(judge, project, *scores) for judge in "jkl" for project, scores in {"a": (5, 1), "b": (1, 4)}.items()
    ]
    assert rank(ballots).ranking[0]["project"] == "a"
    assert rank(ballots, weights={"craft": 1}).ranking[0]["project"] == "b"
    assert rank(ballots, weights={"idea": 1, "craft": 3}).ranking[0]["project"] == "b"
    with pytest.raises(BallotError, match="criterion 'idea' is -1"):
        rank(ballots, weights={"idea": -1})


def test_lenient_judge_is_recognised_and_taken_out():
    """Both lists get the same three honest opinions; one project met the judge who gives everybody two points more."""
    rng = np.random.default_rng(5)
    ballots = []
    for project in range(20):
        quality = 2.5 + rng.normal(0, 0.5)
        ballots += [ballot(f"j{judge}", f"p{project:02d}", quality + rng.normal(0, 0.2)) for judge in range(3)]
        if project < 10:
            ballots.append(ballot("lenient", f"p{project:02d}", quality + 2 + rng.normal(0, 0.2)))
    tally = rank(ballots)
    severity = {row["judge"]: row["severity"] for row in tally.judges}
    assert severity["lenient"] - severity["j0"] == pytest.approx(2, abs=0.3)
    raw = {row["project"]: row["raw_mean"] for row in tally.ranking}
    score = {row["project"]: row["score"] for row in tally.ranking}
    met, others = [f"p{at:02d}" for at in range(10)], [f"p{at:02d}" for at in range(10, 20)]
    honest = {p: np.mean([b.total() for b in ballots if b.project == p and b.judge != "lenient"]) for p in met + others}
    advantage = np.mean([honest[p] for p in met]) - np.mean([honest[p] for p in others])
    assert np.mean([raw[p] for p in met]) - np.mean([raw[p] for p in others]) > advantage + 0.4
    assert np.mean([score[p] for p in met]) - np.mean([score[p] for p in others]) == pytest.approx(advantage, abs=0.15)


def test_harsher_judge_moves_no_project_far():
    """Taking one point off all totals of one judge: at most 6 ranks for the worst-hit project, on the mean."""
    worst = []
    for seed in range(10):
        _, ballots = make_expo("B", seed)
        harsher = [
            dataclasses.replace(b, scores={name: score - 1 for name, score in b.scores.items()})
            if b.judge == "j000"
            else b
            for b in ballots
        ]
        before = {row["project"]: row["rank"] for row in rank(ballots).ranking}
        after = {row["project"]: row["rank"] for row in rank(harsher).ranking}
        worst.append(max(abs(after[name] - before[name]) for name in before))
    assert np.mean(worst) <= 6


def test_bad_judges_are_flagged_and_honest_ones_are_not():
    caught: dict[str, list[bool]] = {"flat": [], "adversarial": [], "honest": [], "random": []}
    for seed in range(15):
        expo, ballots = make_expo("C", seed)
        for row in rank(ballots).judges:
            caught[expo.kind[int(row["judge"][1:])]].append(bool(row["flags"]))
    assert np.mean(caught["flat"] + caught["adversarial"]) >= 0.85
    assert np.mean(caught["honest"]) <= 0.04


def test_partisan_visit_is_an_outlier():
    caught = 0
    for seed in range(10):
        expo, ballots = make_expo("C", seed)
        middling = project_name(int(np.argsort(-expo.quality)[40]))
        at = next(k for k, b in enumerate(ballots) if b.project == middling and expo.kind[int(b.judge[1:])] == "honest")
        ballots[at] = dataclasses.replace(ballots[at], scores=dict.fromkeys(CRITERIA, 5.0))
        caught += any(o["visit"] == ballots[at].visit for o in rank(ballots).outliers)
    assert caught >= 6


def test_award_that_hangs_on_one_judge_is_named():
    """Three judges put p0 a little before p1; a fourth puts p1 well before p0."""
    ballots = [
        ballot(f"j{j}", f"p{p}", level + (0.1 if (j + p) % 2 else -0.1))
        for j in range(3)
        for p, level in enumerate((4.2, 4.0, 3, 2, 1))
    ]
    friend = [ballot("friend", f"p{p}", score) for p, score in enumerate((3.5, 5, 3, 2, 1))]
    assert rank(ballots, cuts=(1,)).ranking[0]["project"] == "p0"
    swayed = {row["project"]: row["swayed_by"] for row in rank(ballots + friend, cuts=(1,)).ranking}
    assert swayed["p0"] == swayed["p1"] == [{"judge": "friend", "cut": 1}]
    assert swayed["p2"] == swayed["p3"] == swayed["p4"] == []


def test_equal_projects_at_a_cut_are_a_tie():
    ballots = [ballot(f"j{j}", f"p{p}", [5, 3, 3, 1][p]) for j in range(4) for p in range(4)]
    assert rank(ballots, cuts=(1, 2)).ties == [{"cut": 2, "projects": ["p1", "p2"]}]


def test_prior_evidence_leans_only_when_asked():
    expo, ballots = make_expo("D", 4)
    truth = {project_name(at): float(quality) for at, quality in enumerate(expo.quality)}
    assert tau(expo, rank(ballots, prior=truth).ranking) > tau(expo, rank(ballots).ranking) + 0.1


def test_accuracy_and_interval_cover_on_known_truth():
    """Few seeds and generous bounds here; over 20 seeds: tau .619 (B) and .625 (E), cover .927 and .901."""
    for scenario, seeds, bar in (("B", 6, 0.56), ("E", 4, 0.58)):
        taus, covered, raw = [], [], []
        for seed in range(seeds):
            expo, ballots = make_expo(scenario, seed)
            ranking = rank(ballots).ranking
            truth = true_ranks(expo, [row["project"] for row in ranking])
            taus.append(tau(expo, ranking))
            by_mean = sorted(ranking, key=lambda row: -row["raw_mean"])
            raw.append(tau(expo, [{**row, "rank": at} for at, row in enumerate(by_mean)]))
            covered += [row["low"] <= truth[row["project"]] <= row["high"] for row in ranking]
        assert np.mean(taus) >= bar
        assert np.mean(taus) > np.mean(raw)
        assert 0.84 <= np.mean(covered) <= 0.97


def test_large_event_is_ranked_in_seconds():
    expo = Expo(2000, 500, 1)
    ballots = [expo.visit(j, int(p)) for j in range(500) for p in expo.rng.choice(2000, 12, replace=False)]
    began = time.process_time()
    rank(ballots)
    assert time.process_time() - began < 10


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line with no settings module, as an organiser without the site would."""
    return subprocess.run(
        [sys.executable, "-m", "judges.tally", *arguments],
        cwd=ROOT,
        env={"PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_command_prints_a_table_and_the_same_numbers_as_json(tmp_path):
    path = tmp_path / "ballots.csv"
    path.write_text(
        "judge,project,idea,craft,visit,order,voided\nann,kite,5,4,1,1,\nbob,kite,4,4,2,1,0\nann,lamp,2,,3,2,\n"
        "bob,lamp,3,2,4,2,no\nann,sled,1,1,5,3,yes\nann,kite,5,4,1,1,\n",
        encoding="utf-8-sig",
    )
    plain, machine = command(str(path)), command(str(path), "--json", "--cuts", "2,1")
    assert plain.returncode == machine.returncode == 0
    tally = json.loads(machine.stdout)
    assert [(row["project"], row["views"], row["raw_mean"]) for row in tally["ranking"]] == [
        ("kite", 2, 4.25),
        ("lamp", 2, 2.25),
    ]
    assert list(tally["ranking"][0]["p_top"]) == ["1", "2"]
    assert tally["not_judged"] == ["sled"]
    assert "kite" in plain.stdout.splitlines()[1]
    assert "Not judged: sled" in plain.stdout


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no column judge and no column project"),
        ("judge,project\nann,kite\n", "no criterion column"),
        ("judge,project,idea\nann,kite,great\n", "Line 2: idea is 'great'"),
        ("judge,project,idea\nann,kite\n", "Line 2 has 2 cells"),
        ("judge,project,idea\n,kite,3\n", "Line 2 has no judge"),
        ("judge,project,idea,idea\nann,kite,3,4\n", "a name of its own"),
        ("judge,project,idea,voided\nann,kite,3,maybe\n", "voided is 'maybe'"),
        ("judge,project,idea,order\nann,kite,3,first\n", "order is 'first'"),
        ("judge,project,idea\nann,kite,inf\n", "'idea' is inf"),
        ("judge,project,idea,visit\nann,kite,3,1\nann,kite,4,1\n", "'1' is there twice"),
    ],
)
def test_command_refuses_a_bad_file_with_its_reason(tmp_path, content, message):
    path = tmp_path / "ballots.csv"
    path.write_text(content)
    done = command(str(path))
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_command_refuses_what_is_no_csv_file(tmp_path):
    (tmp_path / "latin.csv").write_bytes("judge,project,idée\n".encode("latin-1"))
    assert "not UTF-8" in command(str(tmp_path / "latin.csv")).stderr
    assert "cannot be read" in command(str(tmp_path / "none.csv")).stderr
    assert command(str(tmp_path), "--cuts", "0").returncode == 2
