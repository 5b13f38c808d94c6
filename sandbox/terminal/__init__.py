"""What people see at a terminal: an evaluation's progress on standard error, its report on standard output."""

from __future__ import annotations

from sandbox.terminal.progress import progress
from sandbox.terminal.report import print_report

__all__ = ["print_report", "progress"]
