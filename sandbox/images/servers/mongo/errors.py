"""Errors as MongoDB says them: a number, its name and a message."""

from __future__ import annotations

from typing import Any

NAMES = {
    1: "InternalError",
    2: "BadValue",
    9: "FailedToParse",
    13: "Unauthorized",
    18: "AuthenticationFailed",
    20: "IllegalOperation",
    26: "NamespaceNotFound",
    27: "IndexNotFound",
    43: "CursorNotFound",
    48: "NamespaceExists",
    59: "CommandNotFound",
    73: "InvalidNamespace",
    86: "IndexKeySpecsConflict",
    238: "NotImplemented",
    11000: "DuplicateKey",
    40324: "Location40324",
    40573: "Location40573",
    51003: "Location51003",
}


class Refused(Exception):
    """What a command ends with instead of its result; `more` are members of the answer beside the message."""

    def __init__(self, code: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.code, self.message, self.more = code, message, more

    def document(self) -> dict[str, Any]:
        """The whole answer."""
        name = NAMES.get(self.code, f"Location{self.code}")
        return {"ok": 0.0, "errmsg": self.message, "code": self.code, "codeName": name, **self.more}

    def row(self, index: int) -> dict[str, Any]:
        """The same as one of a write's `writeErrors`."""
        return {"index": index, "code": self.code, "errmsg": self.message, **self.more}


def unknown(error: Exception) -> Refused:
    """What the query library raised, by its own number where it has one."""
    if isinstance(error, NotImplementedError):
        return Refused(238, f"This stand-in for MongoDB cannot do that: {error}")
    code = getattr(error, "code", None)
    said = f"{type(error).__name__}: {error}" if isinstance(error, KeyError | TypeError) else str(error)
    return Refused(code if isinstance(code, int) else 2, said)
