"""Modules and names that have left Python's standard library, as the interpreter complains: data only."""

from sandbox.diagnosis.rules import rule
from sandbox.pysource.standard import COMPLAINTS

STANDARD_RULES = (
    rule(
        "standard_module_gone",
        COMPLAINTS,
        "{package} is no longer part of Python: {last} is the last version that has it",
        "In your own code use {instead}; where a package asks for it, use a newer one. Or run on Python {last}: "
        "write it into .python-version, or FROM python:{last}-slim.",
    ),
)
