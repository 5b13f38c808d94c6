"""Who goes to which table next: every project its fair share of visits first, then more where an award is undecided.

Pure and in memory: the caller builds an `Assigner` from its rows for each request, asks `next`, and stores the lease
it gets. Nothing is read or written here, so two callers must hold one lock while they ask and store. The belief about
quality (a model fit) may be kept between requests; it is renewed after REFIT_AFTER new visits.

Policy (simulated and measured with tests/judges/expo.py): below the floor of visits go to the least visited, among them
to tables whose judges one shares the fewest projects with (that ties the judging graph together), and not far. Above it
go where one visit tells most about an award cut. Walking costs `walk_penalty` a metre. Times are seconds of any clock.
"""

from __future__ import annotations

import math
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from judges.tally import Ballot, fit_ballots

REFIT_AFTER = 10
ABSENCES_TO_PAUSE = 3
Reason = Literal["busy", "absent", "conflict"]


@dataclass(frozen=True)
class Stand:
    """A project's table. x, y in metres, None where unknown (no walking counted); `open`: checked in, not withdrawn."""

    project: str
    x: float | None = None
    y: float | None = None
    open: bool = True


@dataclass(frozen=True)
class Panelist:
    """A judge; `barred` are the projects never to be sent to: conflicts of interest and those of other tracks."""

    judge: str
    barred: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Lease:
    """The judge is on the way to the project or at its table until then; after that the place counts as free."""

    judge: str
    project: str
    until: float


@dataclass(frozen=True)
class Skip:
    """Why a judge left a table without scores. An absence that a person cleared is simply not passed in."""

    judge: str
    project: str
    reason: Reason
    at: float


@dataclass(frozen=True)
class Policy:
    """The organiser's settings.

    expected_visits  visits that the whole panel will make, for the floor;  floor_share of them is dealt out evenly
    cuts             award places that matter beyond first (number of prizes, of finalists)
    cap              visits that one team hosts at most;  walk_penalty per metre
    slot             seconds of a visit: a lease lasts two slots, a busy table is passed over for one
    balanced_only    never look at the scores: the best ranking of everybody, weaker on the awards
    """

    expected_visits: int
    cuts: tuple[int, ...] = (3, 10)
    cap: int = 8
    walk_penalty: float = 0.05
    floor_share: float = 0.67
    slot: float = 360.0
    balanced_only: bool = False

    def floor(self, projects: int) -> int:
        """R: visits that every team gets before anybody gets extra ones."""
        return max(1, math.floor(self.floor_share * self.expected_visits / max(projects, 1)))


@dataclass(frozen=True)
class Belief:
    """What the ballots said when last fitted: quality and its variance by project, noise variance by judge."""

    visits: int
    quality: Mapping[str, float]
    variance: Mapping[str, float]
    noise: Mapping[str, float]
    unseen_variance: float
    typical_noise: float


def believe(ballots: Sequence[Ballot], weights: Mapping[str, float] | None = None) -> Belief:
    """Fit the model of judges.tally. 20-40 ms for 150 projects by 40 judges."""
    seen, model = fit_ballots(ballots, weights)
    if model is None:
        return Belief(0, {}, {}, {}, 1.0, 1.0)
    return Belief(
        visits=len(ballots),
        quality=dict(zip(seen.projects, model.quality.tolist(), strict=True)),
        variance=dict(zip(seen.projects, model.quality_var.tolist(), strict=True)),
        noise=dict(zip(seen.judges, model.noise_var.tolist(), strict=True)),
        unseen_variance=model.quality_prior_var,
        typical_noise=model.noise,
    )


class Assigner:
    """The state of one judging round. Give it all rows; `next`, `submit` and `skip` keep it current in memory.

    belief  from an earlier request, if there is one; `self.belief` is the one in use afterwards (cache that).
    """

    def __init__(
        self,
        stands: Iterable[Stand],
        panel: Iterable[Panelist],
        policy: Policy,
        *,
        ballots: Iterable[Ballot] = (),
        leases: Iterable[Lease] = (),
        skips: Iterable[Skip] = (),
        belief: Belief | None = None,
        weights: Mapping[str, float] | None = None,
    ) -> None:
        self.stands = {stand.project: stand for stand in sorted(stands, key=lambda stand: stand.project)}
        self.panel = {panelist.judge: panelist for panelist in panel}
        self.policy = policy
        self.ballots = list(ballots)
        self.belief = belief
        self.weights = weights
        self._leases = {lease.judge: lease for lease in leases}
        self._skips = list(skips)
        self._seen: dict[str, dict[str, None]] = defaultdict(dict)  # judge → projects, in the order of the visits
        self._judged_by: dict[str, set[str]] = defaultdict(set)
        self._views: dict[str, int] = defaultdict(int)
        for ballot in self.ballots:
            self._count(ballot)

    def next(self, judge: str, now: float) -> Lease | None:
        """Where the judge goes now: the lease they hold, else a new one; None when no table is left for them.

        A lease that ran out is renewed unless another judge was sent there meanwhile: a long talk is no reason to move.
        """
        eligible = self._eligible(judge)
        held = self._leases.pop(judge, None)
        pending = self._pending(now)
        if held is not None and held.project in eligible and (held.until > now or not pending[held.project]):
            lease = held if held.until > now else Lease(judge, held.project, now + 2 * self.policy.slot)
            self._leases[judge] = lease
            return lease
        need = {project: self._views[project] + pending[project] for project in self.stands}
        choices = self._narrowed(eligible, judge, pending, need, now)
        if not choices:
            return None
        floor = self.policy.floor(len(self._contenders()))
        if self.policy.balanced_only or any(need[project] < floor for project in choices):
            fewest = min(need[project] for project in choices)
            value = self._evenness(judge)
            chosen = self._best([project for project in choices if need[project] == fewest], judge, value)
        else:
            chosen = self._best(choices, judge, self._contention(judge, pending))
        lease = Lease(judge, chosen, now + 2 * self.policy.slot)
        self._leases[judge] = lease
        return lease

    def submit(self, ballot: Ballot) -> None:
        """Scores came in: the lease ends, the visit counts."""
        self._leases.pop(ballot.judge, None)
        self.ballots.append(ballot)
        self._count(ballot)

    def skip(self, judge: str, reason: Reason, now: float) -> None:
        """Left without scores. busy: comes back later; absent, conflict: never again for this judge."""
        held = self._leases.pop(judge, None)
        if held is not None:
            self._skips.append(Skip(judge, held.project, reason, now))

    def paused(self) -> dict[str, tuple[str, ...]]:
        """Projects that three different judges found absent, with those judges. Show it; a person un-pauses."""
        missed: dict[str, set[str]] = defaultdict(set)
        for skip in self._skips:
            if skip.reason == "absent":
                missed[skip.project].add(skip.judge)
        return {project: tuple(sorted(by)) for project, by in missed.items() if len(by) >= ABSENCES_TO_PAUSE}

    def _count(self, ballot: Ballot) -> None:
        self._seen[ballot.judge][ballot.project] = None
        if not ballot.voided:  # a voided visit is no reason to go there again, but the project still lacks one
            self._judged_by[ballot.project].add(ballot.judge)
            self._views[ballot.project] += 1

    def _eligible(self, judge: str) -> list[str]:
        left = {skip.project for skip in self._skips if skip.judge == judge and skip.reason != "busy"}
        panelist = self.panel.get(judge)
        out = left | self._seen[judge].keys() | self.paused().keys() | (panelist.barred if panelist else frozenset())
        return [project for project, stand in self.stands.items() if stand.open and project not in out]

    def _contenders(self) -> list[str]:
        return [project for project, stand in self.stands.items() if stand.open]

    def _pending(self, now: float) -> dict[str, int]:
        pending: dict[str, int] = defaultdict(int)
        for lease in self._leases.values():
            if lease.until > now:
                pending[lease.project] += 1
        return pending

    def _narrowed(
        self, eligible: list[str], judge: str, pending: Mapping[str, int], need: Mapping[str, int], now: float
    ) -> list[str]:
        """Nobody at the table, below the cap, not busy a moment ago; the first wish is the first to be given up."""
        busy = {
            skip.project
            for skip in self._skips
            if skip.judge == judge and skip.reason == "busy" and now - skip.at < self.policy.slot
        }
        wishes: list[Callable[[str], bool]] = [
            lambda project: pending.get(project, 0) == 0,
            lambda project: need[project] < self.policy.cap,
            lambda project: project not in busy,
        ]
        for given_up in range(len(wishes) + 1):
            kept = [project for project in eligible if all(wish(project) for wish in wishes[given_up:])]
            if kept:
                return kept
        return []

    def _best(self, choices: list[str], judge: str, value: Callable[[str], float]) -> str:
        """The choice of the highest value; equal ones by a fixed shuffle that differs from judge to judge."""
        return max(choices, key=lambda project: (value(project), zlib.crc32(f"{judge} {project}".encode()), project))

    def _evenness(self, judge: str) -> Callable[[str], float]:
        mine = self._seen[judge].keys()
        shared = {other: len(mine & seen.keys()) for other, seen in list(self._seen.items()) if other != judge}

        def value(project: str) -> float:
            known = sum(shared.get(other, 0) for other in self._judged_by[project])
            return -known - self.policy.walk_penalty * self._walk(judge, project)

        return value

    def _contention(self, judge: str, pending: Mapping[str, int]) -> Callable[[str], float]:
        """Sum of φ((θ-cut)/SD) · v/√(v+s2) · exp(-λ·walk): near a cut, uncertain, a steady judge, close by."""
        if self.belief is None or len(self.ballots) - self.belief.visits >= REFIT_AFTER:
            self.belief = believe(self.ballots, self.weights)
        belief = self.belief
        ordered = sorted((belief.quality.get(project, 0.0) for project in self._contenders()), reverse=True)
        edges = [(ordered[cut - 1] + ordered[cut]) / 2 for cut in self.policy.cuts if 0 < cut < len(ordered)]
        noise = belief.noise.get(judge, belief.typical_noise)

        def value(project: str) -> float:
            variance = belief.variance.get(project, belief.unseen_variance)
            theta, sd = belief.quality.get(project, 0.0), math.sqrt(variance)
            near = sum(math.exp(-(((theta - edge) / sd) ** 2) / 2) for edge in edges) if edges else 1.0
            open_variance = 1.0 / (1.0 / variance + pending.get(project, 0) / belief.typical_noise)
            gain = near * open_variance / math.sqrt(open_variance + noise)
            return gain * math.exp(-self.policy.walk_penalty * self._walk(judge, project))

        return value

    def _walk(self, judge: str, project: str) -> float:
        """Metres from the judge's last table, along the aisles (|Δx| + |Δy|); 0 where either place is unknown."""
        last = next(reversed(self._seen[judge]), None)
        here, there = self.stands.get(last) if last is not None else None, self.stands[project]
        if here is None or here.x is None or here.y is None or there.x is None or there.y is None:
            return 0.0
        return abs(here.x - there.x) + abs(here.y - there.y)
