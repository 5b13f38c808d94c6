"""Judge stored evidence again; needs no container."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

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
    try:
        evidence = Evidence.from_json(json.loads(given.evidence.read_text()))
    except (OSError, ValueError) as error:
        raise TeamFault(
            "evidence_invalid",
            "The evidence cannot be read",
            detail=str(error),
            fix="Give a file that assay gather or assay run --out wrote.",
        ) from None
    document = report(evidence, track=given.track)
    if given.json:
        json.dump(document, sys.stdout, indent=2)
        print()
    else:
        print_report(document)
    return 0
