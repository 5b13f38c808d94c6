"""Lines of a service's log: which are new since another look, which tell of an error, which are JSON."""

from __future__ import annotations

import json
import re

from sandbox.faults import clean

ERROR = re.compile(
    r"\b(?:ERROR|CRITICAL|FATAL|SEVERE|PANIC|Traceback|\w*(?:Error|Exception|Refused))\b|\"level\":\s*\"(?:error|fatal|critical)"
    r"|connection refused|\bpanic:",
)
# How those who wanted out of the sandbox say that there is no way: no name resolved, no route.
NO_WAY_OUT = re.compile(
    r"name or service not known|temporary failure in name resolution|network is unreachable|nodename nor servname"
    r"|getaddrinfo (?:enotfound|eai_again)|could not resolve host|no such host|failed to resolve|name resolution",
    re.IGNORECASE,
)
MARK_CHARACTERS = 400


def lines_of(raw: bytes) -> list[str]:
    return [line for line in clean(raw).split("\n") if line.strip()]


def since(before: bytes, after: bytes) -> list[str]:
    """The lines that the later look has beyond the earlier one; all of them where the log has been cut meanwhile."""
    if after.startswith(before):
        return lines_of(after[len(before) :])
    at = after.rfind(before[-MARK_CHARACTERS:]) if before else -1
    return lines_of(after[at + len(before[-MARK_CHARACTERS:]) :] if at >= 0 else after)


def is_json(line: str) -> bool:
    """Whether a line is one JSON object."""
    if not line.lstrip().startswith("{"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def errors_in(lines: list[str]) -> list[str]:
    """Those that tell of an error."""
    return [line for line in lines if ERROR.search(line)]


def ways_out(lines: list[str]) -> list[str]:
    """Those that tell of an address outside that was not reached."""
    return [line for line in lines if NO_WAY_OUT.search(line)]
