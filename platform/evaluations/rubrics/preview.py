"""What a rubric would make of an event's scorecards: judged again from the stored evidence, nothing saved."""

from collections.abc import Iterable
from dataclasses import dataclass

from evaluations.models import Scorecard
from hackathons.models import Hackathon, Project
from sandbox.checks import judge_all
from sandbox.evidence import Evidence
from sandbox.rubrics import Rubric
from sandbox.scorecard import gates_of, total

# Judging one takes some milliseconds; a page has to come back.
MOST = 300


@dataclass(frozen=True)
class Change:
    """One project's newest scorecard: as it stands, and as the rubric would have it. Ranks are 1 for the highest."""

    project: Project
    old: float
    old_grade: str
    old_rank: int
    new: float
    new_grade: str
    new_rank: int
    gates: tuple[str, ...]

    @property
    def difference(self) -> float:
        return round(self.new - self.old, 1)

    @property
    def moved(self) -> int:
        """Places gained; below 0 for lost ones."""
        return self.old_rank - self.new_rank


def changes(hackathon: Hackathon, rubric: Rubric) -> list[Change]:
    """The newest scorecard of each project in the rubric's track, the highest new total first; at most 300."""
    pairs = []
    cards = Scorecard.objects.filter(pk__in=_newest(hackathon, rubric.track)).defer("report")
    together = cards.select_related("evaluation__evidence", "evaluation__submission__project__team")
    for card in together.iterator(chunk_size=20):
        evidence = Evidence.from_json(card.evaluation.evidence.document)
        # A hundred kilobytes each: only what was made of it is kept.
        card.evaluation.evidence.document = {}
        judged = judge_all(evidence, rubric)
        gates = gates_of(judged, rubric, evidence)
        again = total(judged, rubric, evidence_digest=card.evaluation.evidence.digest, gates=gates)
        if again.total is not None:
            pairs.append((card, again))
    old = _ranks(card.total for card, _ in pairs)
    new = _ranks(again.total for _, again in pairs)
    rows = [
        Change(
            project=card.evaluation.submission.project,
            old=card.total,
            old_grade=card.grade,
            old_rank=old[card.total],
            new=again.total,
            new_grade=again.grade,
            new_rank=new[again.total],
            gates=tuple(gate.says for gate in again.gates),
        )
        for card, again in pairs
    ]
    return sorted(rows, key=lambda row: (row.new_rank, row.old_rank, row.project.name, row.project.pk))


def _newest(hackathon: Hackathon, track: str) -> list[int]:
    """Keys of the newest judged card of each project that has its evidence."""
    cards = (
        Scorecard.objects.filter(
            evaluation__submission__project__team__hackathon=hackathon,
            evaluation__evidence__document__track=track,
            total__isnull=False,
        )
        .order_by("created_at", "pk")
        .values_list("evaluation__submission__project", "pk")
    )
    return list(dict(cards).values())[-MOST:]


def _ranks(totals: Iterable[float]) -> dict[float, int]:
    """The place of each total: equal ones share the better place."""
    ranks: dict[float, int] = {}
    for place, value in enumerate(sorted(totals, reverse=True), start=1):
        ranks.setdefault(value, place)
    return ranks
