"""Asking an application questions, each with a marker by which the gateway knows the calls that it led to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.assistant.askers import Kind, kind_of
from sandbox.assistant.marks import CANARY
from sandbox.gateway import Models
from sandbox.probes import Target

# Kinds of calls that make an answer, as opposed to those that look for something.
ANSWERING = ("chat", "completion", "response")
BODY_BYTES = 16 * 1024
SLACK_S = 30.0
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Asker:
    """Questions to one route of a target. `rule()` also watches for the canary in every prompt."""

    target: Target
    models: Models
    route: Mapping[str, Any]

    @property
    def kind(self) -> Kind:
        """How this application is asked, and what its answers can show."""
        return kind_of(self.route)

    def request(
        self,
        question: str,
        *,
        user: str = "",
        stream: bool = False,
        extra: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """A request as the tool takes it, `extra` members in its body.

        Each has a new user unless one is named: no limit of a user is met.
        """
        return self.kind.request(self.route, question, user=user, stream=stream, extra=extra) | more

    def send(self, requests: Sequence[Mapping[str, Any]], **how: Any) -> list[dict[str, Any]]:
        return send(self.target, requests, **how)

    def rule(self, rules: Mapping[str, Mapping[str, Any]] | None = None, watch: Iterable[str] = ()) -> None:
        """How the gateway makes the answers to each marker from now on; the calls before it are told."""
        modes = {marker: {"kinds": ANSWERING, **mode} for marker, mode in (rules or {}).items()}
        self.models.rule(modes, (CANARY, *watch))

    def calls(self, marker: str, kinds: Sequence[str] = ANSWERING) -> list[dict[str, Any]]:
        """The calls of these kinds that carried a marker; all kinds when there are none given."""
        return [
            call
            for call in self.models.calls()
            if marker.lower() in call["saw"] and (not kinds or call["kind"] in kinds)
        ]


def send(
    target: Target,
    requests: Sequence[Mapping[str, Any]],
    *,
    together: int = 1,
    total_s: float = 60.0,
    body_bytes: int = BODY_BYTES,
    until_status: int | None = None,
) -> list[dict[str, Any]]:
    """An answer for each request, in order: `sandbox/inside/ask.py` says what is in it. HostFault("tool_failed")."""
    asked = {
        "port": target.port,
        "requests": [dict(each) for each in requests],
        "together": together,
        "total_s": total_s,
        "body_bytes": body_bytes,
        "until_status": until_status,
    }
    done = target.pod.tool("ask", asked, timeout_s=total_s + SLACK_S, cancellation=target.cancellation)
    answers: list[dict[str, Any]] = done["answers"]
    return answers


def asker_of(target: Target) -> Asker | None:
    """Of the route that the probe "ai_ask" found; None when it found none, or no model is called."""
    route = (target.seen.get("ai_ask") or {}).get("route")
    return Asker(target, target.models, route) if target.models is not None and route else None


def is_good(answer: Mapping[str, Any]) -> bool:
    return answer["status"] is not None and 200 <= answer["status"] < 300


def said(answer: Mapping[str, Any], question: str = "", member: str = "") -> str:
    """An answer's text without the question that it may repeat; of a JSON one the `member` alone, if it is there."""
    body = str(answer["body"])
    value = at(body, member) if member else None
    text = value if isinstance(value, str) else body
    for form in (question, json.dumps(question)[1:-1]):
        text = text.replace(form, "") if form else text
    return text


def at(body: str, member: str) -> Any:
    """A member of a JSON text, dots go deeper; None when there is none."""
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    for name in member.split("."):
        if isinstance(value, list) and value:
            value = value[0]
        value = value.get(name) if isinstance(value, dict) else None
    return value
