"""How far judging has come: visits of each project, work of each judge, and whether the plan is enough."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q
from django.utils import timezone

from hackathons.models import Project
from judges.assignment import ABSENCES_TO_PAUSE
from judges.models import Judge, Round, Visit
from judges.rows import policy_of


@dataclass(frozen=True)
class ProjectCoverage:
    """`state`: none, few (below the floor) or enough; `missed_by` are the judges who found nobody there."""

    project: Project
    visits: int
    on_the_way: int
    state: str
    missed_by: list[str]

    @property
    def is_paused(self) -> bool:
        return len(self.missed_by) >= ABSENCES_TO_PAUSE


@dataclass(frozen=True)
class JudgeCoverage:
    judge: Judge
    done: int
    last: datetime | None


@dataclass(frozen=True)
class Coverage:
    """expected: visits that the panel will make; each: that makes for one project; floor: what each gets for sure."""

    projects: list[ProjectCoverage]
    judges: list[JudgeCoverage]
    done: int
    expected: int
    floor: int

    @property
    def each(self) -> float:
        return self.expected / max(len(self.projects), 1)

    @property
    def uncovered(self) -> int:
        return sum(project.state == "none" for project in self.projects)


def coverage_of(round_: Round) -> Coverage:
    """Four queries, whatever the size."""
    policy, now = policy_of(round_), timezone.now()
    visits = Visit.objects.filter(judge__round=round_)
    done = Counter(visits.filter(state=Visit.State.SUBMITTED).values_list("project_id", flat=True))
    waiting = visits.filter(state=Visit.State.ASSIGNED, lease_until__gt=now)
    on_the_way = Counter(waiting.values_list("project_id", flat=True))
    missed: dict[int, set[str]] = {}
    for project, judge in visits.absences().values_list("project_id", "judge__name"):
        missed.setdefault(project, set()).add(judge)
    rows = list(round_.projects.select_related("team"))
    floor = policy.floor(len(rows))
    scored = Q(visits__state=Visit.State.SUBMITTED)
    judges = round_.judges.annotate(
        done=Count("visits", filter=scored), last=Max("visits__submitted_at", filter=scored)
    )
    return Coverage(
        projects=[
            ProjectCoverage(
                project=project,
                visits=done[project.pk],
                on_the_way=on_the_way[project.pk],
                state="none" if not done[project.pk] else "few" if done[project.pk] < floor else "enough",
                missed_by=sorted(missed.get(project.pk, ())),
            )
            for project in rows
        ],
        judges=[JudgeCoverage(judge, judge.done, judge.last) for judge in judges],
        done=sum(done.values()),
        expected=policy.expected_visits,
        floor=floor,
    )
