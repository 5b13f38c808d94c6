"""How good predictions are on rows whose answers are known, by the figure that the team reports."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any

from sandbox.training.tables import number_of

KINDS = ("accuracy", "auc", "r2", "rmse", "mae")
ERRORS = ("rmse", "mae")
# More different values than this are no classes.
MOST_CLASSES = 20
_YES, _NO = ("1", "1.0", "true", "yes", "y", "t", "positive"), ("0", "0.0", "false", "no", "n", "f", "negative")


def measured(kind: str, predictions: Sequence[Any], truth: Sequence[str]) -> float | None:
    """The figure of rows that have both; None where it cannot be told from such predictions."""
    pairs = [(said, real) for said, real in zip(predictions, truth, strict=True) if said is not None and real.strip()]
    if len(pairs) < 2:
        return None
    if kind in ("r2", *ERRORS):
        return _of_numbers(kind, pairs)
    classes = sorted({real.strip().lower() for _, real in pairs})
    if not 2 <= len(classes) <= MOST_CLASSES:
        return None
    if kind == "auc":
        return _auc(pairs, classes)
    return _accuracy(pairs, classes)


def noise(kind: str, value: float, rows: int) -> float:
    """How far chance alone may carry a figure of so many rows: two standard errors of a share."""
    if kind in ("accuracy", "auc") and 0 <= value <= 1:
        return 2 * math.sqrt(max(value * (1 - value), 0.01) / max(rows, 1))
    return 0.0


def _of_numbers(kind: str, pairs: Sequence[tuple[Any, str]]) -> float | None:
    numbers = [(said, number_of(real)) for said, real in pairs]
    wrong = [
        (said - real, real)
        for said, real in numbers
        if real is not None and isinstance(said, int | float) and not isinstance(said, bool) and math.isfinite(said)
    ]
    if len(wrong) < len(pairs) or not wrong:
        return None
    if kind == "mae":
        return math.fsum(abs(error) for error, _ in wrong) / len(wrong)
    square = math.fsum(error * error for error, _ in wrong) / len(wrong)
    if kind == "rmse":
        return math.sqrt(square)
    spread = statistics.pvariance([real for _, real in wrong])
    return 1 - square / spread if spread else None


def _positive(classes: Sequence[str]) -> str:
    """Which of two classes a probability is of: the one that means yes, else the later in order."""
    if classes[0] in _YES or classes[1] in _NO:
        return classes[0]
    return classes[1]


def _is_score(pairs: Sequence[tuple[Any, str]]) -> bool:
    """Whether the predictions are numbers between classes, not the names of classes."""
    said = [value for value, _ in pairs]
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in said)
    return numbers and any(not float(one).is_integer() for one in said)


def _auc(pairs: Sequence[tuple[Any, str]], classes: Sequence[str]) -> float | None:
    if len(classes) != 2 or not _is_score(pairs):
        return None
    yes = [said for said, real in pairs if real.strip().lower() == _positive(classes)]
    no = [said for said, real in pairs if real.strip().lower() != _positive(classes)]
    above = sum((a > b) + 0.5 * (a == b) for a in yes for b in no)
    return float(above / (len(yes) * len(no)))


def _accuracy(pairs: Sequence[tuple[Any, str]], classes: Sequence[str]) -> float | None:
    if _is_score(pairs):
        if len(classes) != 2:
            return None
        positive = _positive(classes)
        right = sum((said >= 0.5) == (real.strip().lower() == positive) for said, real in pairs)
    else:
        right = sum(_plain(said) == _plain(real) for said, real in pairs)
    return float(right / len(pairs))


def _plain(value: Any) -> str:
    """A class however it is written: 1, 1.0, true, "Yes"."""
    text = str(value).strip().lower()
    number = number_of(text)
    text = str(int(number)) if number is not None and number.is_integer() else text
    return "1" if text in _YES else "0" if text in _NO else text
