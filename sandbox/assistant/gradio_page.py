"""Which functions of a Gradio page a question goes through, and with which values, read from its `/config`. Pure.

`components` are {"id", "type", "props": {"value", "label", ...}} and `dependencies` {"id", "targets": [[component,
event]], "inputs", "outputs", "backend_fn", "api_name", "trigger_after"}; in Gradio 4 an id is the place in the list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.assistant.names import ASKS

MOST_WAYS, MOST_STEPS, MOST_BYTES = 4, 5, 8 * 1024
MOST_COMPONENTS = 500
NAME = re.compile(r"[\w-]{1,80}")
PREFIX = re.compile(r"(?:/[\w-]+)*")
TEXT = ("textbox", "multimodaltextbox")
# Outputs in which words are seen.
SAYS = ("chatbot", "textbox", "markdown", "json", "html", "label", "text", "code", "highlightedtext")
STATES = ("state", "browserstate")
EVENTS = ("submit", "click")
SPARES = re.compile(r"clear|reset|undo|retry|delete|flag|like|select|stop|login|upload|save", re.IGNORECASE)
KEY = re.compile(r"api[ _-]?key|token|secret|password", re.IGNORECASE)
# By the queue that pages of version 3 do not have: they speak over a WebSocket.
PROTOCOLS = ("sse_v1", "sse_v2", "sse_v2.1", "sse_v3")


@dataclass(frozen=True)
class Page:
    """A page's parts by their ids."""

    prefix: str
    components: dict[int, dict[str, Any]]
    functions: dict[int, dict[str, Any]]

    @classmethod
    def of(cls, config: Any) -> Page | None:
        """None of what is no page of Gradio's, or of one whose queue is another."""
        if not isinstance(config, dict) or config.get("protocol") not in PROTOCOLS:
            return None
        prefix = str(config.get("api_prefix") or "").rstrip("/")
        parts, functions = config.get("components"), config.get("dependencies")
        if not isinstance(parts, list) or not isinstance(functions, list) or not PREFIX.fullmatch(prefix):
            return None
        known = {
            one["id"]: one
            for one in parts[:MOST_COMPONENTS]
            if isinstance(one, dict) and isinstance(one.get("id"), int) and isinstance(one.get("props"), dict)
        }
        called = {
            one.get("id", place): one
            for place, one in enumerate(functions[:MOST_COMPONENTS])
            if isinstance(one, dict)
            and isinstance(one.get("id", place), int)
            and one.get("backend_fn") is not False
            and isinstance(one.get("targets"), list)
            and all(_is_ids(one.get(name)) for name in ("inputs", "outputs"))
        }
        return cls(prefix, known, called)

    def ways(self, path: str = "", label: str = "", *, key: str = "") -> list[dict[str, Any]]:
        """{"path", "prefix", "steps", "values", "at", "is_message"} of what may be asked, the likeliest first.

        `path` names a function and `label` the textbox of the question; `key` is typed where a key is wanted.
        """
        found = []
        for number, function in self.functions.items():
            at = self._question(function, label)
            if at is None or (path and not path.endswith(f"/{_name(function)}")):
                continue
            steps = self._steps(number)
            if not any(self._type(name) in SAYS for step in steps for name in step["outputs"]):
                continue
            names = {name for step in steps for name in step["inputs"]}
            values = {str(name): self._value(name, key) for name in sorted(names)}
            way = {
                "path": f"{self.prefix}/call/{_name(function) or 'fn'}",
                "prefix": self.prefix,
                "steps": steps,
                "values": values,
                "at": str(at),
                "is_message": self._type(at) == "multimodaltextbox",
            }
            if len(json.dumps(way)) <= MOST_BYTES:
                found.append((self._rank(function), way))
        return [way for _, way in sorted(found, key=lambda one: one[0])][:MOST_WAYS]

    def _rank(self, function: Mapping[str, Any]) -> tuple[bool, ...]:
        name = _name(function)
        events = [target[1] for target in function["targets"] if isinstance(target, list) and len(target) == 2]
        return (
            name != "chat",  # what a ChatInterface offers to programs
            bool(SPARES.search(name)),
            not any(event in EVENTS for event in events),
            # The one up to version 5, the other from 6 on.
            function.get("show_api") is False or function.get("api_visibility", "public") != "public",
            not ASKS.search(name),
        )

    def _question(self, function: Mapping[str, Any], label: str) -> int | None:
        """The textbox that takes the question; None where a function has none, or only follows another one."""
        if isinstance(function.get("trigger_after"), int):
            return None
        boxes = [name for name in function["inputs"] if self._type(name) in TEXT and self._is_open(name)]
        if label:
            boxes = [name for name in boxes if label.lower() in self._label(name).lower()]
        return min(boxes, key=lambda name: not ASKS.search(self._label(name)), default=None)

    def _is_open(self, name: Any) -> bool:
        props = self.components[name]["props"]
        wants_key = props.get("type") == "password" or KEY.search(self._label(name))
        return props.get("interactive") is not False and not wants_key

    def _steps(self, number: int) -> list[dict[str, Any]]:
        """The function and those that the page calls after it."""
        line: list[int] = [number]
        steps: list[dict[str, Any]] = []
        while line and len(steps) < MOST_STEPS:
            current = line.pop(0)
            function = self.functions[current]
            targets = [target[0] for target in function["targets"] if isinstance(target, list) and target]
            trigger = next((one for one in targets if isinstance(one, int)), None)
            steps.append(
                {"fn": current, "trigger": trigger, "inputs": function["inputs"], "outputs": function["outputs"]}
            )
            line += [
                each
                for each, one in self.functions.items()
                if one.get("trigger_after") == current and not isinstance(one.get("trigger_after"), bool)
            ]
        return steps

    def _value(self, name: Any, key: str) -> Any:
        """What a component holds before anybody has touched it; null for a state, which the server keeps."""
        kind, props = self._type(name), self.components.get(name, {"props": {}})["props"]
        value = props.get("value")
        if kind in STATES:
            return None
        if kind in TEXT and not value and (props.get("type") == "password" or KEY.search(self._label(name))):
            return key
        if value is not None:
            return value
        choices = props.get("choices")
        if kind in ("dropdown", "radio") and isinstance(choices, list) and choices and not props.get("multiselect"):
            return choices[0][-1] if isinstance(choices[0], list) else choices[0]
        empty: dict[str, Any] = {"chatbot": [], "textbox": "", "checkbox": False, "checkboxgroup": [], "number": 0}
        return props.get("minimum") if kind == "slider" else empty.get(kind)

    def _type(self, name: Any) -> str:
        return str(self.components.get(name, {}).get("type", "")) if isinstance(name, int) else ""

    def _label(self, name: Any) -> str:
        props = self.components[name]["props"]
        return f"{props.get('label') or ''} {props.get('placeholder') or ''}"


def _is_ids(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, int) for one in value)


def _name(function: Mapping[str, Any]) -> str:
    """What a function is called to programs; "" of one that is not, or not by a name."""
    name = function.get("api_name")
    return name if isinstance(name, str) and NAME.fullmatch(name) else ""
