"""Template filters for figures and for the geometry of small SVG charts. Pure: numbers in, text or numbers out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import template

register = template.Library()

NOTHING = "\N{EN DASH}"
# Names that a measured point's value may go by, tried in this order when a series is not named.
VALUE_NAMES = ("value", "count", "y", "n")
# Upper ends of a histogram bar, likewise.
EDGE_NAMES = ("le_ms", "upto_ms", "to_ms", "high_ms", "ms", "le")
GRADE_WORDS = {"A": "Excellent", "B": "Good", "C": "Fair", "D": "Weak", "E": "Poor"}
BYTE_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def _number(value: Any) -> float | None:
    """A finite float, or None for anything that is not a number (None, "", text, NaN, True)."""
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _size(size: str) -> tuple[float, float]:
    """Read "600x120" as (600.0, 120.0)."""
    width, _, height = size.partition("x")
    return float(width), float(height)


def _short(value: float) -> str:
    """A coordinate with at most one decimal and no trailing zero."""
    return f"{value:.1f}".rstrip("0").rstrip(".") or "0"


def _named(row: Mapping[str, Any], names: Iterable[str]) -> float | None:
    return next((_number(row[name]) for name in names if name in row), None)


# Text


@register.filter
def duration(seconds: Any) -> str:
    """Seconds for people: 0.42 → "0.4 s", 72 → "1 min 12 s", 3720 → "1 h 2 min"."""
    value = _number(seconds)
    if value is None or value < 0:
        return NOTHING
    if value < 10:
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, rest = divmod(whole, 3600)
    return f"{hours} h {rest // 60} min" if rest >= 60 else f"{hours} h"


@register.filter
def ms(milliseconds: Any) -> str:
    """Milliseconds for people: 3.42 → "3.4 ms", 184.2 → "184 ms", 1240 → "1.24 s"."""
    value = _number(milliseconds)
    if value is None or value < 0:
        return NOTHING
    if value < 10:
        return f"{value:.1f} ms"
    if value < 999.5:
        return f"{value:.0f} ms"
    return f"{value / 1000:.2f} s"


@register.filter
def bytes_human(size: Any) -> str:
    """Bytes in binary units (IEC 80000-13): 432013312 → "412 MiB"."""
    value = _number(size)
    if value is None or value < 0:
        return NOTHING
    unit = 0
    while value >= 1023.5 and unit < len(BYTE_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:.1f} {BYTE_UNITS[unit]}" if unit and value < 10 else f"{value:.0f} {BYTE_UNITS[unit]}"


@register.filter
def figure(value: Any) -> str:
    """A number without false precision: 912.4 → "912", 41.27 → "41.3", 7.0 → "7", no number → a dash."""
    number = _number(value)
    if number is None:
        return NOTHING
    return f"{number:,.0f}" if abs(number) >= 100 else _short(number)


@register.filter
def moment(text: Any) -> str:
    """An ISO 8601 time for people, in its own zone: "20 November 2026, 10:00 UTC"; any other text as it is."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return str(text or NOTHING)
    return f"{at.day} {at:%B %Y, %H:%M} {at.tzname() or ''}".rstrip()


@register.filter
def shorten_digest(digest: Any, keep: int = 8) -> str:
    """ "sha256:3f9ac1…": the first `keep` hexadecimal digits; a text that is short already stays as it is."""
    text = str(digest or "")
    algorithm, colon, digits = text.rpartition(":")
    if len(digits) <= keep + 1:
        return text
    return f"{algorithm}{colon}{digits[:keep]}…"


@register.filter
def grade_word(grade: Any) -> str:
    """The grade as a word: A "Excellent" … E "Poor"; anything else "Not graded"."""
    return GRADE_WORDS.get(str(grade), "Not graded")


@register.filter
def fineness(total: Any) -> str:
    """A 0..100 total in thousandths, as fineness is struck into metal: 92.5 → "925"."""
    number = _number(total)
    return NOTHING if number is None else f"{round(number * 10):03d}"


@register.filter
def tone(score: Any) -> str:
    """CSS class of a 0..100 score: the same floors as the grades (80 good, 50 fair). Words and shapes say it too."""
    number = _number(score)
    if number is None:
        return "tone-none"
    return "tone-good" if number >= 80 else "tone-fair" if number >= 50 else "tone-poor"


@register.filter
def initials(name: Any) -> str:
    """At most two letters that stand for a name in a mark: "Tide Tables" → "TT", "assay" → "A"."""
    return "".join(word[0] for word in str(name or "").split() if word[0].isalnum())[:2].upper()


# Numbers


@register.filter
def series(rows: Any, name: str) -> list[float | None]:
    """One named member of each row as a number: [{"p95_ms": 3}, …]|series:"p95_ms" → [3.0, …]."""
    return [_number(row.get(name)) if isinstance(row, Mapping) else None for row in rows or ()]


@register.filter
def numbers(rows: Any) -> list[float | None]:
    """Values of a list of numbers, of (x, y) pairs, or of rows with a usual name ("value", "count", …)."""
    found: list[float | None] = []
    for row in rows or ():
        if isinstance(row, Mapping):
            found.append(_named(row, VALUE_NAMES))
        elif isinstance(row, Sequence) and not isinstance(row, str):
            found.append(_number(row[-1]) if row else None)
        else:
            found.append(_number(row))
    return found


@register.filter
def peak(values: Any) -> float | None:
    """The largest number, or None when there is none."""
    return max((value for value in numbers(values) if value is not None), default=None)


@register.filter
def lowest(values: Any) -> float | None:
    """The smallest number, or None when there is none."""
    return min((value for value in numbers(values) if value is not None), default=None)


@register.filter
def known(values: Any) -> int:
    """How many values are numbers: a line needs two."""
    return sum(value is not None for value in numbers(values))


# Geometry


@register.filter
def ring_dash(score: Any, radius: float = 52) -> str:
    """`stroke-dasharray` of a ring of that radius filled to a 0..100 score; nothing filled when there is no score."""
    round_trip = 2 * math.pi * float(radius)
    share = min(max(_number(score) or 0.0, 0.0), 100.0) / 100
    return f"{round_trip * share:.2f} {round_trip:.2f}"


def _placed(values: Any, size: str) -> list[tuple[float, float]]:
    """Even steps from left to right; zero at the bottom, the peak at 8 % below the top. Gaps are left out."""
    width, height = _size(size)
    found = numbers(values)
    top = (peak(found) or 1.0) / 0.92
    step = width / max(len(found) - 1, 1)
    return [(place * step, height - height * value / top) for place, value in enumerate(found) if value is not None]


@register.filter
def points(values: Any, size: str = "600x120") -> str:
    """`points` of a polyline through the values inside a WIDTHxHEIGHT box; "" for fewer than two values."""
    placed = _placed(values, size)
    return " ".join(f"{_short(x)},{_short(y)}" for x, y in placed) if len(placed) > 1 else ""


@register.filter
def area(values: Any, size: str = "600x120") -> str:
    """`points` of a polygon: the polyline closed along the bottom."""
    placed = _placed(values, size)
    if len(placed) < 2:
        return ""
    _, height = _size(size)
    line = " ".join(f"{_short(x)},{_short(y)}" for x, y in placed)
    return f"{_short(placed[0][0])},{_short(height)} {line} {_short(placed[-1][0])},{_short(height)}"


@register.filter
def columns(histogram: Any, size: str = "600x120") -> list[dict[str, Any]]:
    """Bars of a histogram inside a WIDTHxHEIGHT box: [{x, y, width, height, count, upto}].

    A bucket is a number, an (upper end, count) pair, or a row with a count and an upper end. `upto` may be None.
    """
    rows = list(histogram or ())
    counts = [count or 0.0 for count in numbers(rows)]
    if not rows or not (top := max(counts)):
        return []
    width, height = _size(size)
    step = width / len(rows)
    gap = min(step * 0.18, 4.0)
    bars = []
    for place, (row, count) in enumerate(zip(rows, counts, strict=True)):
        tall = height * count / top
        if isinstance(row, Mapping):
            edge = _named(row, EDGE_NAMES)
        else:
            edge = _number(row[0]) if isinstance(row, Sequence) and len(row) > 1 else None
        bars.append(
            {
                "x": _short(place * step + gap / 2),
                "y": _short(height - tall),
                "width": _short(step - gap),
                "height": _short(tall),
                "count": round(count),
                "upto": edge,
            }
        )
    return bars
