"""Gather the evidence of a repository into a file, to be judged later."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from sandbox.commands import DONE, OUR_FAULT, UNUSABLE, interrupted, make_folder
from sandbox.commands.run import add_source_arguments, gathered


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_source_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="EVIDENCE.json", help="the file to write")


def main(given: argparse.Namespace) -> int:
    """Exit status 0, 2 when the source could not be read (the evidence says why), 3 our fault, 130 interrupted."""
    make_folder(given.out.parent)
    ended = gathered(given)
    if ended.outcome == "cancelled":
        return interrupted()
    fault = ended.evidence.fault
    if fault is not None:
        print(f"assay: {fault['title']}. {fault['fix']}", file=sys.stderr)
    if ended.outcome == "aborted":
        return OUR_FAULT
    given.out.write_text(json.dumps(ended.evidence.to_json(), indent=2) + "\n")
    print(f"{given.out}: {ended.evidence.digest()}")
    return UNUSABLE if ended.is_source_bad else DONE
