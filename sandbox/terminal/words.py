"""Text for a terminal. Reports carry what teams wrote: nothing of it may move the cursor or pass for our own words."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from sandbox.faults import clean

QUIET = "bright_black"


def words(text: Any, style: str = "") -> Text:
    """Any value as text without markup, escapes or controls."""
    return Text(clean(str(text)), style=style)


def size(number: float) -> str:
    """Bytes in the decimal units that image lists use: "157 MB"."""
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{number / 1e6:.0f} MB"


def seconds(number: float) -> str:
    """Seconds as a person says them: "0.23 s", "4.1 s", "2 min 05 s"."""
    if number >= 60:
        return f"{number // 60:.0f} min {number % 60:02.0f} s"
    return f"{number:.2f} s" if number < 1 else f"{number:.1f} s"
