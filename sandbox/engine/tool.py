"""Running one of our scripts beside a service: a JSON line in, JSON lines out, under a deadline and caps."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sandbox.engine import container
from sandbox.engine.api import Api
from sandbox.engine.capture import STDERR, Frames, Lines, Newest, documents
from sandbox.engine.policy import RunPolicy
from sandbox.faults import Cancellation, HostFault
from sandbox.limits import MIB

# What a script may write; those that carry a team's words bound themselves below it (sandbox/inside/fetch.py).
ANSWER_BYTES = 8 * MIB
ERROR_BYTES = 8 * 1024
CHUNK = 64 * 1024
LOOK_EVERY_S = 0.2
_SCRIPT = re.compile(r"(?:inside/|loadtest/)?[a-z][a-z0-9_]*")


def command(script: str) -> tuple[str, ...]:
    """The argument list of a script: "ask" is /assay/inside/ask.py, "loadtest/run" is /assay/loadtest/run.py."""
    if not _SCRIPT.fullmatch(script):
        raise ValueError(f"not the name of a script: {script!r}")
    if "/" in script:
        return ("python3", "-I", f"/assay/{script}.py")
    # Those know the standard library alone: to look for packages would take as long as to start Python.
    return ("python3", "-I", "-S", f"/assay/inside/{script}.py")


def run(
    api: Api,
    id: str,
    script: str,
    request: Mapping[str, Any],
    *,
    policy: RunPolicy,
    owner: str,
    timeout_s: float,
    on_event: Callable[[dict[str, Any]], None] | None = None,
    cancellation: Cancellation | None = None,
) -> dict[str, Any]:
    """Start the created container, hand it the request and return its result; see `Pod.tool`."""
    until = time.monotonic() + timeout_s
    errors = Newest(ERROR_BYTES)
    with api.attach(id) as connection:
        container.start(api, id, script, policy, owner=owner)
        _hand_over(connection, request, timeout_s)
        connection.settimeout(LOOK_EVERY_S)
        for document in documents(_lines(connection, errors, script, until, cancellation or Cancellation())):
            if on_event is not None and isinstance(document.get("event"), dict):
                on_event(document["event"])
            if isinstance(document.get("result"), dict):
                result: dict[str, Any] = document["result"]
                return result
    state = (api.inspect(id) or {}).get("State") or {}
    words = "out of memory" if state.get("OOMKilled") else f"exit status {state.get('ExitCode')}"
    raise _failed(script, f"It ended without a result ({words}).", errors)


def _hand_over(connection: socket.socket, request: Mapping[str, Any], timeout_s: float) -> None:
    """The request as one line, and then the end of the script's input."""
    connection.settimeout(timeout_s)
    try:
        connection.sendall(json.dumps(request, allow_nan=False).encode() + b"\n")
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # it ended before it had read everything; what it wrote says why


def _lines(
    connection: socket.socket, errors: Newest, script: str, until: float, cancellation: Cancellation
) -> Iterator[bytes]:
    """Lines of its standard output as they come; its standard error goes to `errors`."""
    frames, lines, seen = Frames(), Lines(ANSWER_BYTES), 0
    while True:
        cancellation.check()
        if time.monotonic() >= until:
            raise _failed(script, "It was not done in its time.", errors)
        try:
            chunk = connection.recv(CHUNK)
        except TimeoutError:
            continue
        except OSError:
            break
        if not chunk:
            break
        for number, data in frames.feed(chunk):
            if number == STDERR:
                errors.add(data)
                continue
            seen += len(data)
            if seen > ANSWER_BYTES:
                raise _failed(script, f"It wrote more than {ANSWER_BYTES} bytes.", errors)
            yield from lines.feed(data)
    yield from lines.end()


def _failed(script: str, why: str, errors: Newest) -> HostFault:
    said = errors.value().decode("utf-8", "replace")
    # The cause is the last line of a traceback, and a fault keeps only the last twelve lines.
    return HostFault("tool_failed", f"Our script {script} did not answer", detail=f"{said}\n{why}")
