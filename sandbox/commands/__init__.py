"""Subcommands of `assay`, one file each: its first line is the help, `add_arguments` its flags, `main` its work."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType


def all_commands() -> dict[str, ModuleType]:
    """Every subcommand's module by its name."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}") for name in names}
