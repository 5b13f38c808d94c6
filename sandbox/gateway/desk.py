"""Answers the gateway's questions to a real provider, on the worker's side, within an evaluation's budget."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from sandbox.engine import Aside
from sandbox.faults import HostFault
from sandbox.gateway.forwarding import NotForwarded, forwarded, usage_of
from sandbox.gateway.upstream import Unanswered, Upstream

log = logging.getLogger(__name__)
AT_ONCE = 4


class Desk:
    """Answers what `listen` hears, AT_ONCE at a time, until it is closed."""

    def __init__(self, upstream: Upstream) -> None:
        self.upstream, self.budget = upstream, upstream.budget()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="assay-model-provider")
        self.failures: list[str] = []
        self.is_open = False

    def listen(self, aside: Aside) -> None:
        def heard(event: Mapping[str, Any]) -> None:
            self._pool.submit(self._answer, aside, event)

        aside.on_ask(heard)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    @property
    def has_let_down(self) -> bool:
        """Whether a call got no answer of the provider's: it failed, or the budget is spent."""
        return bool(self.failures) or self.budget.exhausted > 0

    def to_json(self) -> dict[str, Any]:
        """{host, model, failures} and the budget's members."""
        said = {"host": self.upstream.host, "model": self.upstream.model, **self.budget.to_json()}
        return said | {"failures": self.failures[:5]}

    def _answer(self, aside: Aside, event: Mapping[str, Any]) -> None:
        try:
            answer = self.answer(str(event.get("kind")), event.get("body"))
        except Exception:
            log.exception("a question to the model provider was not answered")
            answer = {"failed": True}
        with suppress(HostFault):  # the pod has gone
            aside.say({"answer": event["ask"], **answer})

    def answer(self, kind: str, body: Any) -> dict[str, Any]:
        """{"document"}, or {"exhausted": true}, {"refused": why}, {"failed": true}."""
        if not isinstance(body, dict) or (kind == "embedding" and not self.upstream.embeddings):
            return {"failed": True}
        try:
            document, most_out = forwarded(kind, body, self.upstream)
        except NotForwarded as error:
            return {"refused": str(error)}
        most_in = len(json.dumps(document, ensure_ascii=False).encode())  # no token is shorter than a byte
        if not self.budget.hold(most_in, most_out):
            return {"exhausted": True}
        try:
            said = self.upstream.ask(kind, document)
        except Unanswered as error:
            self.failures.append(str(error))
            self.budget.settle(most_in, most_out, None if error.is_charged else (0, 0), failed=True)
            return {"failed": True}
        except BaseException:
            self.budget.settle(most_in, most_out, None)
            raise
        self.budget.settle(most_in, most_out, usage_of(said))
        return {"document": said}
