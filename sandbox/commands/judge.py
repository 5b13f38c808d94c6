"""Judge stored evidence again; needs no container."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from sandbox.commands import DONE, print_json
from sandbox.evidence import TRACKS, Evidence
from sandbox.faults import TeamFault
from sandbox.report import report
from sandbox.rubrics import Rubric, RubricError, newest, read
from sandbox.terminal import print_report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("evidence", type=Path, metavar="EVIDENCE.json")
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument("--track", choices=TRACKS, help="judge by the newest rubric of another track")
    whose.add_argument("--rubric", metavar="FILE|NAME@VERSION", help="judge by this rubric, such as general@1")
    parser.add_argument("--json", action="store_true", help="print the report as one JSON document")


def main(given: argparse.Namespace) -> int:
    """Exit status 0; 2 when the file is no evidence, or the rubric none."""
    document = _judged(given.evidence, _rubric(given))
    if given.json:
        print_json(document)
    else:
        print_report(document)
    return DONE


def _rubric(given: argparse.Namespace) -> Rubric | None:
    """The one that the arguments name; None leaves it to the evidence."""
    if given.track:
        return newest(given.track)
    try:
        return read(given.rubric) if given.rubric else None
    except RubricError as error:
        raise TeamFault(
            "rubric_invalid",
            "The rubric cannot be used",
            detail="\n".join(error.problems),
            fix="Name a bundled rubric, or a file that docs/scoring.md describes.",
        ) from None


def _judged(path: Path, rubric: Rubric | None) -> dict[str, Any]:
    try:
        evidence = Evidence.from_json(json.loads(path.read_bytes()))
        # Our own fault was never scored, and stored evidence of it is not, either.
        ours = evidence.fault is not None and evidence.fault["owner"] == "host"
        return report(evidence, rubric=rubric, outcome="aborted" if ours else "scored")
    except (OSError, ValueError, RecursionError) as error:
        said = str(error)
    except (KeyError, TypeError, AttributeError, LookupError) as error:
        # The file names itself evidence and lacks what every evidence has.
        said = f"a member is missing or of another kind: {error}"
    raise TeamFault(
        "evidence_invalid",
        "The evidence cannot be read",
        detail=said,
        fix="Give a file that assay gather or assay run --out wrote.",
    )
