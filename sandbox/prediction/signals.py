"""Drift signals: the series of a metrics page, or the members of an answer, that tell whether the data has moved."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from sandbox import exposition
from sandbox.prediction.answers import read

DRIFT = re.compile(
    r"drift|(?:^|[._])psi(?:$|[._])|(?:^|[._])ks(?:$|[._]|_?stat)|wasserstein|jensen|js_?div|kl_?div"
    r"|population_stability|data_?shift|covariate|out_of_distribution|ood",
    re.IGNORECASE,
)
# They fall when the data moves, and are noise before.
_INVERSE = re.compile(r"p_?val", re.IGNORECASE)
MOST = 200
NAME_CHARACTERS = 160
_DEEP = 5
# A movement counts when it is so many times what unshifted rows do, and no rounding.
TIMES = 3.0
LEAST, LEAST_SHARE = 0.02, 0.1


def of_page(text: str, metric: str = "") -> dict[str, float]:
    """Series -> value of the drift series of a metrics page: of `metric`, else by their names; {} of a bad page."""
    try:
        exposition.parse(text)  # for its caps
        families = list(text_string_to_metric_families(text))
    except Exception:  # noqa: BLE001 - the parser was not written for text that is made to break it
        return {}
    found: dict[str, float] = {}
    for family in families:
        for sample in family.samples:
            wanted = metric in (sample.name, family.name) if metric else bool(DRIFT.search(sample.name))
            if wanted and math.isfinite(sample.value) and not sample.name.endswith(("_created", "_bucket")):
                labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
                found[f"{sample.name}{{{labels}}}"[:NAME_CHARACTERS]] = float(sample.value)
    return _bounded(found)


def of_answer(text: str, member: str = "") -> dict[str, float]:
    """Member -> value of the numbers and flags of a JSON answer; each name in a list of texts is a flag of its own."""
    found = {name: value for name, value in _flat(read(text)) if math.isfinite(value)}
    if member:
        found = {
            name: one for name, one in found.items() if name == member or name.startswith((f"{member}.", f"{member}["))
        }
    return _bounded(found)


def _bounded(found: dict[str, float]) -> dict[str, float]:
    return dict(list({name: one for name, one in found.items() if not _INVERSE.search(name)}.items())[:MOST])


def _flat(value: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, float]]:
    if depth > _DEEP:
        return
    if isinstance(value, bool | int | float):
        yield name[:NAME_CHARACTERS], float(value)
    elif isinstance(value, dict):
        for key, inner in list(value.items())[:MOST]:
            yield from _flat(inner, f"{name}.{key}" if name else str(key), depth + 1)
    elif isinstance(value, list):
        for number, inner in enumerate(value[:MOST]):
            if isinstance(inner, str):
                yield f"{name}[{inner}]"[:NAME_CHARACTERS], 1.0
            else:
                yield from _flat(inner, f"{name}[{number}]", depth + 1)


def moved(before: Mapping[str, float], control: Mapping[str, float], after: Mapping[str, float]) -> list[str]:
    """The series that unshifted rows (`before` to `control`) leave in place and shifted ones (to `after`) move."""
    return sorted(
        name
        for name in {*control, *after}
        if _step(name, control, after) > max(TIMES * _step(name, before, control), _least(name, control, after))
    )


def restless(before: Mapping[str, float], control: Mapping[str, float], after: Mapping[str, float]) -> list[str]:
    """The series that unshifted rows move, and shifted ones not much more."""
    steady = set(moved(before, control, after))
    return sorted(
        name for name in control if name not in steady and _step(name, before, control) > _least(name, before, control)
    )


def _step(name: str, first: Mapping[str, float], second: Mapping[str, float]) -> float:
    return abs(second.get(name, 0.0) - first.get(name, 0.0))


def _least(name: str, first: Mapping[str, float], second: Mapping[str, float]) -> float:
    return max(LEAST, LEAST_SHARE * max(abs(first.get(name, 0.0)), abs(second.get(name, 0.0))))


def names(series: list[str], column: str) -> bool:
    """Whether one of the series speaks of a column."""
    plain = _plain(column)
    return any(plain in _plain(name) for name in series)


def _plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())
