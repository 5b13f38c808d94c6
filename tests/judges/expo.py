"""A made-up expo with known truth: the generator of the judging design, section 4. Nothing here is field data."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from judges.assignment import Assigner, Panelist, Policy, Stand
from judges.tally import Ballot

CRITERIA = ("idea", "craft", "impact", "design", "demo")
# Projects, judges, visits a judge; `views` per project is judges * visits / projects.
SCENARIOS = {"A": (60, 12, 10), "B": (60, 20, 9), "C": (60, 30, 10), "D": (150, 30, 10), "E": (150, 40, 12)}


@dataclass
class Expo:
    """Truth of one event; `visit` lets a judge score a project as the generator says."""

    projects: int
    judges: int
    seed: int
    severity_sd: float = 0.55
    noise: float = 0.9
    bad_share: float = 0.1
    rng: np.random.Generator = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.rng = rng = np.random.default_rng(self.seed)
        n, m, c = self.projects, self.judges, len(CRITERIA)
        self.quality = rng.normal(0, 1, n)
        own = rng.normal(0, 1, (n, c))
        self.criterion = self.quality[:, None] + 0.6 * (own - own.mean(axis=1, keepdims=True))
        self.severity = rng.normal(0, self.severity_sd, m)
        self.leaning = rng.normal(0, 0.25, (m, c))
        self.scale = np.exp(rng.normal(0, 0.25, m))
        self.noise_sd = self.noise * np.exp(rng.normal(0, 0.30, m))
        kinds: list[str] = ["honest"] * m
        for at, judge in enumerate(rng.permutation(m)[: round(self.bad_share * m)]):
            kinds[judge] = ("random", "flat", "adversarial")[at % 3]
        self.kind = kinds
        self.constant = rng.integers(3, 6, m)
        self.conflicts = rng.random((m, n)) < 0.03
        at = np.arange(n)
        self.tables = np.column_stack([4.0 * (at // 10), 2.0 * (at % 10)])

    def visit(self, judge: int, project: int, number: int = 0) -> Ballot:
        rng, c, kind = self.rng, len(CRITERIA), self.kind[judge]
        if kind == "flat":
            wobble = np.where(rng.random(c) < 0.1, rng.choice([-1, 1], c), 0)
            scores = self.constant[judge] + wobble
        else:
            seen = self.criterion[project]
            if kind == "random":
                seen = rng.normal(0, 1) + 0.6 * rng.normal(0, 1, c)
            elif kind == "adversarial":
                seen = -seen
            impression = seen + rng.normal(0, self.noise_sd[judge]) + rng.normal(0, 0.5, c)
            level = 3 + self.severity[judge] + self.leaning[judge]
            scores = np.round(level + 0.75 * self.scale[judge] * impression)
        scores = np.clip(scores, 1, 5)
        return Ballot(
            judge=judge_name(judge),
            project=project_name(project),
            scores={name: float(score) for name, score in zip(CRITERIA, scores, strict=True)},
            visit=f"{judge}-{project}",
            order=number,
        )

    def balanced_ballots(self, visits: int) -> list[Ballot]:
        """Each judge in turn takes the least seen project they may see, preferring judges not yet tied to them."""
        views = np.zeros(self.projects)
        judged_by: list[set[int]] = [set() for _ in range(self.projects)]
        seen: list[set[int]] = [set() for _ in range(self.judges)]
        ballots = []
        for number in range(visits):
            for judge in self.rng.permutation(self.judges):
                free = [p for p in range(self.projects) if p not in seen[judge] and not self.conflicts[judge, p]]
                fewest = min(views[p] for p in free)
                least = [p for p in free if views[p] == fewest]
                ties = [sum(len(seen[judge] & seen[k]) for k in judged_by[p]) for p in least]
                best = [p for p, tie in zip(least, ties, strict=True) if tie == min(ties)]
                project = int(self.rng.choice(best))
                views[project] += 1
                seen[judge].add(project)
                judged_by[project].add(judge)
                ballots.append(self.visit(judge, project, number))
        return ballots


def make_expo(scenario: Literal["A", "B", "C", "D", "E"], seed: int, **changes: float) -> tuple[Expo, list[Ballot]]:
    """The scenario's expo and its ballots under balanced assignment."""
    projects, judges, visits = SCENARIOS[scenario]
    expo = Expo(projects, judges, seed, **changes)
    return expo, expo.balanced_ballots(visits)


def project_name(at: int) -> str:
    return f"p{at:04d}"


def judge_name(at: int) -> str:
    return f"j{at:03d}"


def true_ranks(expo: Expo, projects: Iterable[str]) -> dict[str, int]:
    """Rank by true quality among these projects, 1 = best."""
    ordered = sorted(projects, key=lambda name: -expo.quality[int(name[1:])])
    return {name: at for at, name in enumerate(ordered, start=1)}


@dataclass
class Day:
    """What happened at a simulated event: the ballots, metres walked by judge, and who went where and when."""

    ballots: list[Ballot]
    walked: np.ndarray
    occupied: list[tuple[float, float, str]]


def play(expo: Expo, visits: int, *, balanced_only: bool = False) -> Day:
    """Run the assignment policy event by event: visits of 5 ± 1 minutes, walking at 1 m/s, `visits` for each judge."""
    policy = Policy(expected_visits=visits * expo.judges, slot=360, balanced_only=balanced_only)
    names = [project_name(at) for at in range(expo.projects)]
    assigner = Assigner(
        [Stand(name, *map(float, expo.tables[at])) for at, name in enumerate(names)],
        [Panelist(judge_name(j), frozenset(np.array(names)[expo.conflicts[j]].tolist())) for j in range(expo.judges)],
        policy,
    )
    clock = [(float(expo.rng.uniform(0, 60)), "ask", judge) for judge in range(expo.judges)]
    heapq.heapify(clock)
    done, place = np.zeros(expo.judges, dtype=int), np.full((expo.judges, 2), np.nan)
    day = Day([], np.zeros(expo.judges), [])
    while clock:
        now, what, judge = heapq.heappop(clock)
        if what == "leave":
            lease = assigner.next(judge_name(judge), now)
            assert lease is not None
            ballot = expo.visit(judge, int(lease.project[1:]), int(done[judge]))
            assigner.submit(ballot)
            day.ballots.append(ballot)
            done[judge] += 1
        if done[judge] == visits:
            continue
        lease = assigner.next(judge_name(judge), now)
        if lease is None:
            continue
        table = expo.tables[int(lease.project[1:])]
        walk = 0.0 if np.isnan(place[judge]).any() else float(np.abs(place[judge] - table).sum())
        place[judge] = table
        day.walked[judge] += walk
        leaves = now + walk + 60 * float(expo.rng.uniform(4, 6))
        day.occupied.append((now, leaves, lease.project))
        heapq.heappush(clock, (leaves, "leave", judge))
    return day
