"""Prediction: where a service answers rows with a model's word, which rows it takes, and how its answers are read."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Field:
    """One input column as the service describes it; `kind` is "" where it does not."""

    name: str
    kind: Literal["number", "text", "boolean", ""] = ""
    required: bool = True
    options: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    whole: bool = False


@dataclass(frozen=True)
class Route:
    """Where rows are sent.

    wrap    the member of the body that holds a row (or, of a batch, the rows); "" when the body is that itself
    fields  what a row holds, () where nothing describes it
    example a body that fits the description, None without one
    form    it takes the fields of a form, as a page sends them, and no JSON
    """

    path: str
    wrap: str = ""
    fields: tuple[Field, ...] = ()
    example: dict[str, Any] | None = None
    form: bool = False

    def body(self, row: Any) -> Any:
        return {self.wrap: row} if self.wrap else row

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Route:
        fields = tuple(Field(**(one | {"options": tuple(one["options"])})) for one in document["fields"])
        return cls(**(document | {"fields": fields}))


@dataclass(frozen=True)
class Routes:
    """`single` takes one row, `batch` several; either may be missing. `files` are paths that take a file instead."""

    single: Route | None = None
    batch: Route | None = None
    source: str = ""
    get: tuple[str, ...] = field(default=())
    files: tuple[str, ...] = ()
