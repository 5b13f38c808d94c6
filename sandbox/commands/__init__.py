"""Subcommands of `assay`, one file each: its first line is the help, `add_arguments` its flags, `main` its work."""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from sandbox.faults import TeamFault

# Exit statuses, the same for every subcommand: scripts rely on them.
DONE, BELOW, UNUSABLE, OUR_FAULT, INTERRUPTED = 0, 1, 2, 3, 130


def all_commands() -> dict[str, ModuleType]:
    """Every subcommand's module by its name."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}") for name in names}


def print_json(document: Any) -> None:
    """One JSON document on standard output, and nothing else."""
    json.dump(document, sys.stdout, indent=2)
    print(flush=True)


def make_folder(folder: Path) -> None:
    """A folder to write results to; asked for before the work, not after it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not folder.is_dir():
            raise NotADirectoryError(str(folder))
        probe = folder / ".assay-write"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise TeamFault(
            "output_unwritable",
            "The folder for the results cannot be written to",
            detail=str(error),
            fix="Give --out a folder that you may write to.",
        ) from None


def interrupted() -> int:
    """The last words of a command that a person stopped."""
    print("Interrupted; everything that was started has been removed.", file=sys.stderr)
    return INTERRUPTED
