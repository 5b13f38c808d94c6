"""Evaluate a repository and print its report."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from sandbox.commands import BELOW, DONE, OUR_FAULT, UNUSABLE, interrupted, make_folder, print_json
from sandbox.evaluation import Ended, evaluate
from sandbox.evidence import TRACKS, Evidence
from sandbox.faults import TeamFault
from sandbox.interruption import interruption
from sandbox.limits import Limits
from sandbox.probes import all_probes
from sandbox.report import report
from sandbox.terminal import print_report, progress


def add_source_arguments(parser: argparse.ArgumentParser) -> None:
    """What `run` and `gather` share."""
    parser.add_argument("source", metavar="SOURCE", help="a folder with a git repository, a git URL or an archive")
    parser.add_argument("--ref", default="", help="branch, tag or commit (the default branch)")
    parser.add_argument("--track", choices=TRACKS, default="", help="whose rubric counts (assay.yaml's, else general)")
    parser.add_argument(
        "--skip",
        action="append",
        default=[],
        choices=[probe.id for probe in all_probes() if probe.id not in ("boot", "job")],
        metavar="PROBE",
        help="leave a probe out, such as load; may be repeated",
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_source_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print the report as one JSON document")
    parser.add_argument("--out", type=Path, metavar="DIR", help="also write report.json, evidence.json and build.log")
    parser.add_argument("--fail-under", type=float, metavar="N", help="exit with 1 when the total is below N")


def gathered(given: argparse.Namespace) -> Ended:
    """Evaluate what the arguments name, with progress on standard error."""
    try:
        limits = Limits.from_environment()
    except ValueError as error:
        raise TeamFault("limit_invalid", str(error), fix="Change or unset that variable.") from None
    with interruption() as wish, progress() as sink:
        return evaluate(
            given.source,
            ref=given.ref,
            track=given.track,
            skip=given.skip,
            limits=limits,
            sink=sink,
            cancellation=wish,
        )


def main(given: argparse.Namespace) -> int:
    """Exit status 0 scored, 1 below --fail-under, 2 the source could not be read, 3 our fault, 130 interrupted."""
    if given.out:
        make_folder(given.out)
    ended = gathered(given)
    document = report(ended.evidence, outcome=ended.outcome)
    if given.out:
        write(given.out, document, ended.evidence)
    if given.json:
        print_json(document)
    elif ended.outcome != "cancelled":
        print_report(document)
    if ended.outcome == "cancelled":
        return interrupted()
    if ended.outcome == "aborted":
        return OUR_FAULT
    if ended.is_source_bad:
        return UNUSABLE
    total = document["scorecard"]["total"]
    return BELOW if given.fail_under is not None and (total is None or total < given.fail_under) else DONE


def write(folder: Path, document: dict[str, Any], evidence: Evidence) -> None:
    """The files of --out."""
    (folder / "report.json").write_text(json.dumps(document, indent=2) + "\n")
    (folder / "evidence.json").write_text(json.dumps(evidence.to_json(), indent=2) + "\n")
    (folder / "build.log").write_text(evidence.probes.get("build", {}).get("log_tail", ""))
