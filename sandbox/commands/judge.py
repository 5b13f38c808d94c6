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
from sandbox.terminal import print_report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("evidence", type=Path, metavar="EVIDENCE.json")
    parser.add_argument("--track", choices=TRACKS, help="judge by another track's rubric")
    parser.add_argument("--json", action="store_true", help="print the report as one JSON document")


def main(given: argparse.Namespace) -> int:
    """Exit status 0; 2 when the file is no evidence."""
    document = _judged(given.evidence, given.track)
    if given.json:
        print_json(document)
    else:
        print_report(document)
    return DONE


def _judged(path: Path, track: str | None) -> dict[str, Any]:
    try:
        evidence = Evidence.from_json(json.loads(path.read_bytes()))
        # Our own fault was never scored, and stored evidence of it is not, either.
        ours = evidence.fault is not None and evidence.fault["owner"] == "host"
        return report(evidence, track=track, outcome="aborted" if ours else "scored")
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
