"""What a service, or a copy of it that has another model, answers to some rows, and what it calls its model."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.prediction import Route
from sandbox.prediction.answers import model_in, model_told, parsed, prediction_of, same
from sandbox.prediction.asking import ask, get, good, post, rows_of
from sandbox.prediction.rows import example_rows
from sandbox.probes import Target

ROWS = 12


@dataclass(frozen=True)
class Said:
    """What a copy answers to some rows: predictions (None where there was none) and the name of its model, or ""."""

    predictions: tuple[Any, ...]
    name: str

    @property
    def answered(self) -> int:
        return sum(value is not None for value in self.predictions)

    def differing(self, other: Said) -> int:
        """How many of the rows that both answer get another prediction."""
        pairs = zip(self.predictions, other.predictions, strict=False)
        return sum(not same(a, b) for a, b in pairs if a is not None and b is not None)


def requests_of(target: Target) -> list[dict[str, Any]]:
    """The requests with rows that the service predicts for, as the probe `predict` found it; [] where it does not."""
    predict = target.seen.get("predict") or {}
    if not predict.get("answers"):
        return []
    route = Route.from_json(predict["route"])
    rows = rows_of(target, route) or example_rows(route)
    return [post(route, row) for row in rows.values[:: max(1, len(rows.values) // ROWS)][:ROWS]] if rows else []


def said(target: Target, requests: Sequence[dict[str, Any]]) -> Said:
    """Its answers, and the name that they or the path that told it before say."""
    output = str(((target.plan.hints.get("ml") or {}).get("predict") or {}).get("output") or "")
    told = ((target.seen.get("predict") or {}).get("model_told") or {}).get("path")
    answers = ask(target, [*requests, *([get(told)] if told else [])])
    bodies = [parsed(answer) for answer in answers[: len(requests)]]
    names = [found["value"] for body in bodies if (found := model_in(body))]
    if not names and told and good(answers[-1]) and (found := model_told(parsed(answers[-1]))):
        names = [found["value"]]
    return Said(tuple(prediction_of(body, output) for body in bodies), names[0] if names else "")


def start_of(target: Target) -> str:
    """What starts the service, for a shell; "" when neither the plan nor the image says it."""
    config = target.image.config
    words = [*(config.get("entrypoint") or ()), *(target.plan.start or config.get("command") or ())]
    return shlex.join(str(word) for word in words)
