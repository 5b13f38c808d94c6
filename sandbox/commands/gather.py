"""Gather the evidence of a repository into a file, to be judged later."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from sandbox.commands.run import BAD_SOURCE, add_source_arguments
from sandbox.evaluation import STAGE_OF_SOURCE, evaluate
from sandbox.terminal import progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_source_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="EVIDENCE.json", help="the file to write")


def main(given: argparse.Namespace) -> int:
    """Exit status 0, or 2 when the source could not be read; the evidence says why in both cases."""
    with progress() as sink:
        evidence = evaluate(given.source, ref=given.ref, track=given.track, skip=given.skip, sink=sink)
    given.out.write_text(json.dumps(evidence.to_json(), indent=2) + "\n")
    print(f"{given.out}: {evidence.digest()}")
    return BAD_SOURCE if evidence.fault is not None and evidence.fault["stage"] == STAGE_OF_SOURCE else 0
