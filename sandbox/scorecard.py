"""The scorecard: findings and a rubric in, a total, a grade and category scores out. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox import canonical
from sandbox.checks import Judged

# Lower bound of each grade on the total, highest first.
GRADES = ((90.0, "A"), (80.0, "B"), (65.0, "C"), (50.0, "D"), (0.0, "E"))
# A service that never answered cannot be worth more than this, however good its papers are.
NEVER_DEPLOYED_CAP = 20.0
# A pipeline that ran to its end shows training, and nothing of serving, load or monitoring.
ONLY_A_JOB_CAP = 70.0


@dataclass(frozen=True)
class Rubric:
    """Category weights of one track. `name` is "<track>@<version>": a changed weight is a new version."""

    name: str
    weights: dict[str, float] = field(hash=False)


RUBRICS = {
    "general": Rubric("general@1", {"build": 20, "deploy": 25, "load": 20, "monitoring": 20, "practice": 15}),
    "ai": Rubric("ai@1", {"build": 10, "deploy": 20, "load": 20, "monitoring": 15, "practice": 10, "track": 25}),
    "ml": Rubric("ml@1", {"build": 10, "deploy": 15, "load": 15, "monitoring": 20, "practice": 10, "track": 30}),
}


@dataclass(frozen=True)
class Scorecard:
    """Totals are 0..100 with one decimal, or None where nothing could be judged.

    provisional  a weighted check was inconclusive: shown, but not signed
    weakest      the category with the lowest score (as the ML Test Score takes the minimum of its sections)
    digest       names the evidence, every finding and the rubric
    """

    rubric: str
    total: float | None
    grade: str
    categories: dict[str, float | None]
    provisional: bool
    weakest: str | None
    digest: str

    def to_json(self) -> dict[str, Any]:
        return {
            "rubric": self.rubric,
            "total": self.total,
            "grade": self.grade,
            "categories": self.categories,
            "provisional": self.provisional,
            "weakest": self.weakest,
            "digest": self.digest,
        }


def category_score(judged: Sequence[Judged]) -> float | None:
    """100 * sum(weight * score) / sum(weight) over the judged ones; None when none was."""
    rows = [(row.check.weight, row.finding.score) for row in judged if row.finding.score is not None]
    weight = sum(row_weight for row_weight, _ in rows)
    if not weight:
        return None
    return round(100 * sum(row_weight * score for row_weight, score in rows) / weight, 1)


def grade_of(total: float | None) -> str:
    """A letter, or "-" when there is no total."""
    return "-" if total is None else next(letter for floor, letter in GRADES if total >= floor)


def cap_of(*, deployed: bool, finished: bool) -> float:
    """The most that a total may be: for what never answered, for a job that ran to its end, for a service."""
    if deployed:
        return 100.0
    return ONLY_A_JOB_CAP if finished else NEVER_DEPLOYED_CAP


def total(judged: Sequence[Judged], rubric: Rubric, *, evidence_digest: str, cap: float = 100.0) -> Scorecard:
    """Weighted mean of the categories that could be judged; a category with nothing judged weighs nothing.

    `cap` is the most that the total may be, see `cap_of`.
    """
    categories = {
        category: category_score([row for row in judged if row.check.category == category])
        for category in rubric.weights
    }
    counted = {category: score for category, score in categories.items() if score is not None}
    weight = sum(rubric.weights[category] for category in counted)
    value: float | None = None
    if weight:
        mean = sum(rubric.weights[category] * score for category, score in counted.items()) / weight
        value = min(round(mean, 1), cap)
    rows = [row.to_json() for row in judged]
    return Scorecard(
        rubric=rubric.name,
        total=value,
        grade=grade_of(value),
        categories=categories,
        provisional=any(row.finding.outcome == "inconclusive" and row.check.weight > 0 for row in judged),
        weakest=min(counted, key=lambda category: (counted[category], category)) if counted else None,
        digest=canonical.digest({"evidence": evidence_digest, "findings": rows, "rubric": rubric.name}),
    )
