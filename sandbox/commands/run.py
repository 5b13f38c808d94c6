"""Evaluate a repository and print its report."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from sandbox.evaluation import STAGE_OF_SOURCE, evaluate
from sandbox.evidence import TRACKS, Evidence
from sandbox.report import report
from sandbox.terminal import print_report, progress

BELOW, BAD_SOURCE = 1, 2


def add_source_arguments(parser: argparse.ArgumentParser) -> None:
    """What `run` and `gather` share."""
    parser.add_argument("source", metavar="SOURCE", help="a folder with a git repository, a git URL or an archive")
    parser.add_argument("--ref", default="", help="branch, tag or commit (the default branch)")
    parser.add_argument("--track", choices=TRACKS, default="general", help="whose rubric counts (general)")
    parser.add_argument("--skip", action="append", default=[], metavar="PROBE", help="leave a probe out, such as load")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_source_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print the report as one JSON document")
    parser.add_argument("--out", type=Path, metavar="DIR", help="also write report.json, evidence.json and build.log")
    parser.add_argument("--fail-under", type=float, metavar="N", help="exit with 1 when the total is below N")


def main(given: argparse.Namespace) -> int:
    """Exit status 0 scored, 1 below --fail-under, 2 the source could not be read."""
    with progress() as sink:
        evidence = evaluate(given.source, ref=given.ref, track=given.track, skip=given.skip, sink=sink)
    document = report(evidence)
    if given.out:
        write(given.out, document, evidence)
    if given.json:
        json.dump(document, sys.stdout, indent=2)
        print()
    else:
        print_report(document)
    if evidence.fault is not None and evidence.fault["stage"] == STAGE_OF_SOURCE:
        return BAD_SOURCE
    total = document["scorecard"]["total"]
    return BELOW if given.fail_under is not None and (total is None or total < given.fail_under) else 0


def write(folder: Path, document: dict[str, Any], evidence: Evidence) -> None:
    """The files of --out."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(document, indent=2) + "\n")
    (folder / "evidence.json").write_text(json.dumps(evidence.to_json(), indent=2) + "\n")
    (folder / "build.log").write_text(evidence.probes.get("build", {}).get("log_tail", ""))
