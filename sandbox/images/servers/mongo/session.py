"""What a command works on: the databases of all connections, and what one connection has said of itself."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import mongomock
from bson.int64 import Int64
from bson.regex import Regex
from errors import Refused

Document = dict[str, Any]


@dataclass
class Server:
    """One process: its port, its users and the name of its replica set, its data and the cursors that are open."""

    port: int = 27017
    users: dict[str, str] = field(default_factory=dict)  # name -> password; empty asks nobody who they are
    replica_set: str = ""
    data: Any = field(default_factory=mongomock.MongoClient)
    cursors: dict[int, tuple[str, list[Document]]] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def open_cursor(self, namespace: str, documents: list[Document], batch: int | None) -> Document:
        """The first batch (101 documents, or as many as are asked for), and the rest under the cursor's number."""
        size = 101 if batch is None else batch
        documents = [ordered(document) for document in documents]
        first, rest = documents[:size], documents[size:]
        number = next(self.numbers) if rest else 0
        if rest:
            self.cursors[number] = (namespace, rest)
        return {"cursor": {"firstBatch": first, "id": Int64(number), "ns": namespace}}

    def next_batch(self, number: int, batch: int | None) -> Document:
        """The next documents of a cursor; its number is 0 once they are the last."""
        if number not in self.cursors:
            raise Refused(43, f"cursor id {number} not found")
        namespace, documents = self.cursors.pop(number)
        size = batch or len(documents)
        if documents[size:]:
            self.cursors[number] = (namespace, documents[size:])
        left = number if documents[size:] else 0
        return {"cursor": {"nextBatch": documents[:size], "id": Int64(left), "ns": namespace}}


@dataclass
class Session:
    """One connection. `user` is "" until it has shown who it is; `proof` is what its exchange has come to."""

    server: Server
    number: int
    database: str = "test"
    user: str = ""
    proof: Any = None

    def collection(self, name: object) -> Any:
        if not isinstance(name, str) or not name or "$" in name:
            raise Refused(73, f"Invalid namespace specified '{self.database}.{name}'")
        return self.db[name]

    @property
    def db(self) -> Any:
        return self.server.data[self.database]

    def namespace(self, name: object) -> str:
        return f"{self.database}.{name}"


Command = Callable[[Session, Document], Document]
COMMANDS: dict[str, Command] = {}


def command(*names: str) -> Callable[[Command], Command]:
    """Register a function as one or more commands: (session, body) -> the answer without `ok`, or Refused."""

    def register(function: Command) -> Command:
        COMMANDS.update(dict.fromkeys((name.lower() for name in names), function))
        return function

    return register


def ordered(document: Document) -> Document:
    """With its _id first, as MongoDB keeps every document."""
    return {"_id": document["_id"], **document} if "_id" in document else document


def readable(value: Any) -> Any:
    """A filter or pipeline with its BSON regular expressions as Python's, which the query library compares by."""
    if isinstance(value, Regex):
        try:
            return value.try_compile()
        except re.error as error:
            raise Refused(51091, f"Regular expression is invalid: {error}") from None
    if isinstance(value, dict):
        return {key: readable(inner) for key, inner in value.items()}
    return [readable(inner) for inner in value] if isinstance(value, list) else value
