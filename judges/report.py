"""The tally as rows for the organiser's page: names instead of keys, and places on a drawn scale."""

from dataclasses import dataclass
from typing import Any

from hackathons.models import Project
from judges.models import Judge, Round, Visit
from judges.rows import key
from judges.tally import Tally


@dataclass(frozen=True)
class Names:
    projects: dict[str, Project]
    judges: dict[str, Judge]


def names_of(round_: Round) -> Names:
    return Names(
        projects={key(project.pk): project for project in round_.projects.select_related("team")},
        judges={key(judge.pk): judge for judge in round_.judges.all()},
    )


def ranking_rows(tally: Tally, names: Names) -> list[dict[str, Any]]:
    """Each row of the ranking with its project, and with the interval in percent of a strip from first to last."""
    last = max(len(tally.ranking), 2)
    return [_ranking_row(row, names, last) for row in tally.ranking]


def _ranking_row(row: dict[str, Any], names: Names, last: int) -> dict[str, Any]:
    left, right = _percent(row["low"] - 0.5, last), _percent(row["high"] + 0.5, last)
    return {
        **row,
        "project": names.projects[row["project"]],
        "left": left,
        "width": right - left,
        "dot": _percent(row["rank"], last),
        "chances": [(cut, 100 * chance) for cut, chance in row["p_top"].items()],
        "swayed_by": [names.judges[one["judge"]] for one in row["swayed_by"]],
    }


def _percent(rank: float, last: int) -> float:
    return 100 * (rank - 0.5) / last


def outlier_rows(tally: Tally, names: Names, round_: Round) -> list[dict[str, Any]]:
    """Visits far above the other judges' opinion, the farthest first."""
    visits = Visit.objects.filter(judge__round=round_).in_bulk([int(row["visit"]) for row in tally.outliers])
    rows = [
        {
            "visit": visits[int(row["visit"])],
            "judge": names.judges[row["judge"]],
            "project": names.projects[row["project"]],
            "z": row["z"],
        }
        for row in tally.outliers
    ]
    return sorted(rows, key=lambda row: -row["z"])
