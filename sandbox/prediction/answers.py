"""Answers of a model: which member is the prediction, when two are the same, and which names the model."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

# A different number of the same row may come from the order of a sum.
CLOSE = 1e-6
_PREDICTION = re.compile(
    r"predict|prob|score|proba|label|class|value|estimate|result|output|risk|price|will_", re.IGNORECASE
)
# What differs from one request to the next and is no prediction.
_VOLATILE = re.compile(
    r"time|latency|duration|_ms$|^ms$|request|uuid|(?:^|_)id$|date|stamp|trace|elapsed", re.IGNORECASE
)
_MODEL = re.compile(r"^(?:model(?:_?(?:version|name|id|hash))?|version|run_?id|artifact(?:_version)?)$", re.IGNORECASE)
_LISTS = ("predictions", "results", "outputs", "scores", "data", "items", "rows")
_DEEP = 4


def parsed(answer: dict[str, Any]) -> Any:
    """The JSON of a good answer, None of any other."""
    if answer["status"] is None or not 200 <= answer["status"] < 300 or answer.get("cut"):
        return None
    return read(answer["body"])


def read(text: str) -> Any:
    """JSON of a stranger, None of anything else; a number of many digits becomes a float, which always compares."""
    try:
        return json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < 16 else float(digits))
    except (ValueError, RecursionError):
        return None


def prediction_of(value: Any, output: str = "") -> Any:
    """The number, text or flag that is the prediction; None when there is none. `output` is the declared member."""
    for _ in range(_DEEP):
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
    if not isinstance(value, dict):
        return value if isinstance(value, int | float | str | bool) else None
    flat = [(name, one) for name, one in _leaves(value) if not _VOLATILE.search(name) and not _MODEL.match(_last(name))]
    if output:
        return next((one for name, one in flat if output in (name, _last(name))), None)
    named = [one for name, one in flat if _PREDICTION.search(name)] or [one for _, one in flat]
    numbers = [one for one in named if isinstance(one, float | int) and not isinstance(one, bool)]
    return (numbers or named or [None])[0]


def listed(value: Any, count: int) -> list[Any] | None:
    """The answers of a batch in its order; None when there is no list of so many."""
    if isinstance(value, list) and len(value) == count:
        return value
    if isinstance(value, dict):
        lists = [(name, one) for name, one in value.items() if isinstance(one, list) and len(one) == count]
        lists.sort(key=lambda pair: _LISTS.index(pair[0]) if pair[0] in _LISTS else len(_LISTS))
        return lists[0][1] if lists else None
    return None


def same(first: Any, second: Any, tolerance: float = CLOSE) -> bool:
    """Whether two predictions are one."""
    numbers = [one for one in (first, second) if isinstance(one, int | float)]
    if len(numbers) == 2:
        return math.isclose(first, second, rel_tol=tolerance, abs_tol=tolerance)
    return first is not None and second is not None and str(first) == str(second)


def model_in(value: Any) -> dict[str, str] | None:
    """{member, value} of what names the model in an answer."""
    for name, one in _leaves(value) if isinstance(value, dict) else ():
        if _MODEL.match(_last(name)) and isinstance(one, str | int | float) and not isinstance(one, bool) and str(one):
            return {"member": name[:80], "value": str(one)[:80]}
    return None


def model_told(value: Any) -> dict[str, str] | None:
    """{member, value} of what says that a model is there, in the answer of a health path."""
    for name, one in _leaves(value) if isinstance(value, dict) else ():
        if re.search(r"model|artifact", name, re.IGNORECASE) and isinstance(one, str | int | float) and str(one):
            return {"member": name[:80], "value": str(one)[:80]}
    return None


def _leaves(value: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and depth < _DEEP:
        for key, inner in list(value.items())[:100]:
            yield from _leaves(inner, f"{name}.{key}" if name else str(key), depth + 1)
    elif isinstance(value, list) and len(value) == 1 and depth < _DEEP:
        yield from _leaves(value[0], name, depth + 1)
    elif isinstance(value, int | float | str):
        yield name, value


def _last(name: str) -> str:
    return name.rpartition(".")[2]
