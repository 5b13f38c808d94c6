"""Diagnosis: an error in a log becomes a fault with a title, a few lines and something to do about it."""

from sandbox.diagnosis.of_build import diagnose
from sandbox.diagnosis.of_run import diagnose_run, telling_line

__all__ = ["diagnose", "diagnose_run", "telling_line"]
