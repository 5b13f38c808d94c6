"""Are the rows of the training, validation and test sets different ones?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import CRITICAL, Check, Example, Finding, failed, not_applicable, passed
from sandbox.training.evidence import place, seen

# Data of few values has equal rows by chance: as many as the larger set has with itself, and a few more.
CHANCE = 1.5


def judge(evidence: Evidence, thresholds: dict[str, float]) -> Finding:
    found, pointer = _splits(evidence)
    if found is None:
        return not_applicable(
            "No files of separate sets were found. Let the training write them, or declare them in assay.yaml: "
            "ml: {splits: {train: data/train.csv, test: data/test.csv}}."
        )
    told = []
    for row in found["overlaps"]:
        share = row["shared"] / row["rows"]
        if share > max(thresholds["most_pct"] / 100, CHANCE * row["own_duplicates"]):
            told.append(
                f"{row['shared']} of {row['rows']} rows of the smaller of {row['a']} and {row['b']} are in both"
            )
    if told:
        return failed(f"{'; '.join(told)}.", evidence=(pointer,))
    sets = ", ".join(f"{row['path']} ({row['rows']} rows)" for row in found["files"])
    return passed(f"No rows are shared between {sets}.", evidence=(pointer,))


def _splits(evidence: Evidence) -> tuple[dict[str, Any] | None, str]:
    """What the training has left counts more than what lies in the repository."""
    left = (seen(evidence) or {}).get("splits")
    if left:
        return left, f"/probes/{place(evidence)}/splits"
    return (evidence.probe("ml_source") or {}).get("splits"), "/probes/ml_source/splits"


def _example(shared: int) -> Evidence:
    files = [{"role": role, "path": f"data/{role}.csv", "rows": 100} for role in ("train", "test")]
    row = {"a": "train", "b": "test", "rows": 100, "shared": shared, "own_duplicates": 0.0}
    return Evidence(
        "ml", probes={"ml_source": {"splits": {"where": "the repository", "files": files, "overlaps": [row]}}}
    )


CHECK = Check(
    id="splits_share_no_rows",
    version=1,
    title="Training, validation and test sets share no rows",
    failed_title="Rows of the test set are in the training set",
    why=(
        "A model that has seen the rows that it is tested on may have learnt them by heart: its figure says nothing of "
        "new rows. The files of the sets are compared row by row."
    ),
    fix="Remove duplicates before the split, and split once: by the entity (a customer, a patient) where rows repeat.",
    category="track",
    weight=CRITICAL,
    judge=judge,
    needs=("ml_source",),
    tracks=("ml",),
    effort="hours",
    level=2,
    thresholds={"most_pct": 1},
    examples=(
        Example("apart", _example(0), "pass"),
        Example("a leak", _example(40), "fail"),
        Example("no files", Evidence("ml", probes={"ml_source": {"splits": None}}), "not_applicable"),
    ),
)
