"""The picture of a scoring curve: its line, its two points and its ends inside a 600 by 160 box. Pure."""

import math
from typing import Any

from evaluations.catalogue import checks, curves

WIDTH, HEIGHT, STEPS = 600, 160, 60
# What ends the name of a figure, for people.
UNITS = {"ms": "ms", "s": "s", "mb": "MB", "bytes": "bytes", "pct": "%", "rps": "requests a second", "ratio": "times"}
# Past the two points the curve goes on flattening; this many times the wider one is enough to see it.
BEYOND = 4


def pictures(check_id: str) -> list[dict[str, Any]]:
    """Give {unit, less, median, p10, low, high, line, marks: [{x, y, value}], rows: [(value, score)]} of each curve."""
    return [_picture(curve) for curve in curves(checks()[check_id])]


def _picture(curve: Any) -> dict[str, Any]:
    low = min(curve.median, curve.p10) / BEYOND
    high = max(curve.median, curve.p10) * BEYOND
    spread = (high / low) ** (1 / STEPS)
    values = [low * spread**step for step in range(STEPS + 1)]
    # Values lie on a logarithmic scale, so equal steps are equal ratios.
    line = " ".join(f"{WIDTH * at / STEPS:.1f},{_y(curve.exact(value))}" for at, value in enumerate(values))
    points = sorted({low, *(curve.median * share for share in (0.5, 1, 2)), curve.p10, high})
    return {
        "unit": UNITS.get(curve.unit, curve.unit.replace("_", " ")),
        "less": curve.less,
        "median": curve.median,
        "p10": curve.p10,
        "low": low,
        "high": high,
        "line": line,
        "marks": [
            {"x": f"{WIDTH * _place(value, low, spread) / STEPS:.1f}", "y": _y(curve.score(value)), "value": value}
            for value in (curve.p10, curve.median)
        ],
        "rows": [(value, round(100 * curve.score(value))) for value in points],
    }


def _y(score: float) -> str:
    """Ten units of air above and below the line."""
    return f"{10 + (HEIGHT - 20) * (1 - score):.1f}"


def _place(value: float, low: float, spread: float) -> float:
    """How many steps a value lies from the left."""
    return math.log(value / low) / math.log(spread)
