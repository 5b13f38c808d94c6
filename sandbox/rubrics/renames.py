"""Figures of checks that have another name now: a rubric from before goes on meaning what it said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Rename(NamedTuple):
    """`old` figures times `factor` are figures called `new`, since that version of Assay."""

    old: str
    new: str
    factor: float
    since: str


# check id -> its renames, the oldest first
RENAMES: Mapping[str, tuple[Rename, ...]] = {
    "counts_errors": (Rename("off_by", "most_errors_off", 1, "0.1.0"),),
    "histogram_tells_the_truth": (Rename("buckets_apart", "most_buckets_apart", 1, "0.1.0"),),
    "keeps_series_bounded": (Rename("series", "most_series", 1, "0.1.0"),),
    "metrics_page_is_well_formed": (
        Rename("kilobytes", "most_kib", 1, "0.1.0"),
        Rename("ms", "most_ms", 1, "0.1.0"),
    ),
    "names_the_bad_column": (Rename("share", "least_pct", 100, "0.1.0"),),
    "refuses_bad_rows": (Rename("share", "least_pct", 100, "0.1.0"),),
    "splits_share_no_rows": (Rename("share", "most_pct", 100, "0.1.0"),),
    "traces_requests": (Rename("share", "least_pct", 100, "0.1.0"),),
}


def named_as_now(check: str, thresholds: Mapping[str, float]) -> dict[str, float]:
    """A check's figures by the names of today; where both names stand there, the new one counts."""
    found = dict(thresholds)
    for one in RENAMES.get(check, ()):
        if one.old in found:
            figure = found.pop(one.old) * one.factor
            found.setdefault(one.new, figure)
    return found
