"""A script of ours that stays beside a service until the pod closes: it tells what happens, and can be told things."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from sandbox.engine import container, tool
from sandbox.engine.api import Api
from sandbox.engine.capture import STDERR, Frames, Lines, Newest, documents
from sandbox.engine.policy import RunPolicy
from sandbox.faults import HostFault

START_S, TELL_S = 30.0, 10.0
EVENTS_BYTES, LINE_BYTES = 4 * 1024 * 1024, 1024 * 1024


class DockerAside:
    """`Aside` on Docker. Its standard input stays open: who holds it is the only one who can tell it anything.

    What it writes is read all the time, since a script whose output nobody takes would stand still; the events of the
    first EVENTS_BYTES are kept.
    """

    def __init__(self, api: Api, id: str, script: str) -> None:
        self._api, self.id, self._script = api, id, script
        self._errors = Newest(tool.ERROR_BYTES)
        self._events: list[dict[str, Any]] = []
        self._answers: dict[int, dict[str, Any]] = {}
        self._told, self._ended = 0, False
        self._heard: Callable[[Mapping[str, Any]], None] | None = None
        self._writing = threading.Lock()
        self._news = threading.Condition()
        self._connection: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def begin(self, request: Mapping[str, Any], *, policy: RunPolicy, owner: str) -> None:
        """Start it, hand it the request, and wait for its first event: it is ready then."""
        self._connection = self._api.attach(self.id)
        self._connection.settimeout(None)
        container.start(self._api, self.id, self._script, policy, owner=owner)
        self._thread = threading.Thread(target=self._read, name=f"assay-aside-{self.id[:12]}", daemon=True)
        self._thread.start()
        self._send(request)
        until = time.monotonic() + START_S
        with self._news:
            while not self._events and not self._ended and time.monotonic() < until:
                self._news.wait(until - time.monotonic())
            if not self._events:
                raise self._failed("It did not say that it is ready.")

    def events(self) -> list[dict[str, Any]]:
        """What it has told so far, in order; answers to `tell` are not among it."""
        with self._news:
            return list(self._events)

    def tell(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Tell it something and return its answer; HostFault("tool_failed") when it gives none."""
        self._told += 1
        number = self._told
        self._send({**document, "tell": number})
        until = time.monotonic() + TELL_S
        with self._news:
            while number not in self._answers and not self._ended and time.monotonic() < until:
                self._news.wait(max(0.0, until - time.monotonic()))
            answer = self._answers.pop(number, None)
        if answer is None or "refused" in answer:
            raise self._failed(f"It did not do what it was told: {(answer or {}).get('refused', 'no answer')}.")
        return answer

    def on_ask(self, heard: Callable[[Mapping[str, Any]], None]) -> None:
        """From now on hand over its events that ask something ({"ask": number, …}), which are not kept; be quick."""
        self._heard = heard

    def say(self, document: Mapping[str, Any]) -> None:
        """Tell it something that it does not answer."""
        self._send(document)

    def pin(self, cpuset: str) -> None:
        """Move it to other cores."""
        self._api.update(self.id, {"CpusetCpus": cpuset})

    def close(self) -> None:
        """Stop reading; the container itself is removed by the pod."""
        if self._connection is None:
            return
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        if self._thread is not None:
            self._thread.join(TELL_S)
        self._connection.close()

    def _send(self, document: Mapping[str, Any]) -> None:
        if self._connection is None:
            raise RuntimeError("the script has not been started")
        try:
            with self._writing:
                self._connection.sendall(json.dumps(document, allow_nan=False).encode() + b"\n")
        except OSError as error:
            raise self._failed(f"It takes nothing any more ({error}).") from error

    def _read(self) -> None:
        frames, lines, seen = Frames(), Lines(LINE_BYTES), 0
        while self._connection is not None:
            try:
                chunk = self._connection.recv(tool.CHUNK)
            except OSError:
                break
            if not chunk:
                break
            for number, data in frames.feed(chunk):
                if number == STDERR:
                    self._errors.add(data)
                    continue
                for line in lines.feed(data):
                    if self._take(documents(iter([line])), keep=seen + len(line) <= EVENTS_BYTES):
                        seen += len(line)
        with self._news:
            self._ended = True
            self._news.notify_all()

    def _take(self, found: Any, *, keep: bool) -> bool:
        """Whether it counts as what it has told; a question does not."""
        for document in found:
            event = document.get("event")
            if not isinstance(event, dict):
                continue
            if isinstance(event.get("ask"), int):
                if self._heard is not None:
                    self._heard(event)
                return False
            with self._news:
                if isinstance(event.get("told"), int):
                    self._answers[event["told"]] = event
                elif keep:
                    self._events.append(event)
                self._news.notify_all()
        return True

    def _failed(self, why: str) -> HostFault:
        said = self._errors.value().decode("utf-8", "replace")
        return HostFault("tool_failed", f"Our script {self._script} did not answer", detail=f"{said}\n{why}")
