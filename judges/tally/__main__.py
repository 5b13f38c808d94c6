"""Command line: `python -m judges.tally BALLOTS.csv [--json] [--cuts 1,3,10]` prints the ranking of a ballot file.

Exit status: 0 ranked, 2 bad usage or a file that cannot be counted.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from judges.tally import BallotError, Tally, rank
from judges.tally.files import read_ballots


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m judges.tally", description="Rank projects from judges' ballots.")
    parser.add_argument("ballots", type=Path, metavar="BALLOTS.csv", help="judge,project, then one column a criterion")
    parser.add_argument("--json", action="store_true", help="machine-readable result on stdout")
    parser.add_argument("--cuts", type=_cuts, default=(1, 3, 10), metavar="1,3,10", help="award places")
    options = parser.parse_args(arguments)
    try:
        tally = rank(read_ballots(options.ballots), options.cuts)
    except BallotError as error:
        print(f"{options.ballots}: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{options.ballots} cannot be read: {error.strerror}.", file=sys.stderr)
        return 2
    print(json.dumps(tally.to_json(), indent=2, ensure_ascii=False, allow_nan=False) if options.json else table(tally))
    return 0


def _cuts(text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise argparse.ArgumentTypeError(f"{text!r} is no list of places such as 1,3,10")
    return tuple(sorted({int(part) for part in parts}))


def table(tally: Tally) -> str:
    """The result as aligned text: ranking, judges worth a look, and what stands in the way of announcing it."""
    blocks = [_columns(_ranking_rows(tally))] if tally.ranking else []
    flagged = [judge for judge in tally.judges if judge["flags"]]
    if flagged:
        rows = [["judge", "severity", "noise", "visits", "why look"]]
        rows += [
            [j["judge"], f"{j['severity']:+.2f}", f"{j['noise_sd']:.2f}", str(j["views"]), ", ".join(j["flags"])]
            for j in flagged
        ]
        blocks.append(_columns(rows))
    notes = [f"Tie at place {tie['cut']}: {', '.join(tie['projects'])}" for tie in tally.ties]
    notes += [f"Far above the other judges: {o['judge']} for {o['project']} ({o['z']:+.1f} SD)" for o in tally.outliers]
    if tally.not_judged:
        notes.append(f"Not judged: {', '.join(tally.not_judged)}")
    notes += tally.warnings
    if notes:
        blocks.append("\n".join(notes))
    return "\n\n".join(blocks)


def _ranking_rows(tally: Tally) -> list[list[str]]:
    cuts = list(tally.ranking[0]["p_top"])
    rows = [["rank", "project", "score", "90 % ranks", *(f"top {cut}" for cut in cuts), "raw mean", "visits"]]
    for row in tally.ranking:
        chances = [f"{100 * row['p_top'][cut]:.0f} %" for cut in cuts]
        interval = f"{row['low']}-{row['high']}"
        figures = [f"{row['raw_mean']:.2f}", str(row["views"])]
        rows.append([str(row["rank"]), row["project"], f"{row['score']:.2f}", interval, *chances, *figures])
    return rows


def _columns(rows: list[list[str]]) -> str:
    """Left-align the words, right-align the figures."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    words = {at for at in range(len(widths)) if rows[0][at] in {"project", "judge", "why look"}}
    lines = [
        "  ".join(
            cell.ljust(w) if at in words else cell.rjust(w)
            for at, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


if __name__ == "__main__":
    sys.exit(main())
