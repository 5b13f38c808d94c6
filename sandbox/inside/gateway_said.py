"""What a dialect says to one request, and the two ways of streaming it."""

import json
from dataclasses import dataclass, field


@dataclass
class Said:
    """A document, or `frames` of bytes that are sent one by one. `usage` and `ask` are for the record."""

    document: object = None
    status: int = 200
    frames: object = None
    media: str = "application/json"
    ask: object = None
    usage: dict = field(default_factory=dict)
    headers: dict = field(default_factory=dict)
    source: str = ""  # "provider", "budget" or "prepared", where there is a real provider


def events(documents, named=False):
    """Server-sent events; with `named` each has the document's type as its event name."""
    return [
        (f"event: {one['type']}\n" if named else "").encode() + b"data: " + json.dumps(one).encode() + b"\n\n"
        for one in documents
    ]


def lines(documents):
    """One JSON document a line."""
    return [json.dumps(one).encode() + b"\n" for one in documents]
