"""What of an application's request reaches a real provider: what asks for an answer, and nothing that acts or stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.gateway.upstream import PATHS, Upstream

_CHAT = (
    "messages temperature top_p n stop presence_penalty frequency_penalty seed tools tool_choice response_format "
    "parallel_tool_calls functions function_call logit_bias max_tokens max_completion_tokens reasoning_effort"
)
_RESPONSE = "input instructions temperature top_p tools tool_choice text max_output_tokens reasoning"
_EMBEDDING = "input dimensions encoding_format"
KEPT = {name: tuple(text.split()) for name, text in zip(PATHS, (_CHAT, _RESPONSE, _EMBEDDING), strict=True)}
LIMITS = {"chat": ("max_completion_tokens", "max_tokens"), "response": ("max_output_tokens",), "embedding": ()}
CHOICES = 4
# Parts whose address the provider would fetch: a way out of the sandbox.
ADDRESSES = ("url", "image_url", "file_url", "audio_url", "video_url")


class NotForwarded(Exception):
    """The text is for the application's developer."""


def forwarded(kind: str, body: Mapping[str, Any], upstream: Upstream) -> tuple[dict[str, Any], int]:
    """(the document for the provider, how many tokens it can answer at most); NotForwarded says why there is none."""
    document = {name: body[name] for name in KEPT[kind] if name in body}
    _look(document, 0)
    document["model"] = upstream.embeddings if kind == "embedding" else upstream.model
    if "tools" in document:  # others act at the provider: they search the web, run code, read its files
        tools = document["tools"] if isinstance(document["tools"], list) else []
        document["tools"] = [one for one in tools if isinstance(one, dict) and one.get("type") == "function"]
        if not document["tools"]:
            del document["tools"]
            document.pop("tool_choice", None)
    if kind == "response":
        document["store"] = False
    if kind == "embedding":
        return document, 0
    names = [name for name in LIMITS[kind] if isinstance(document.get(name), int)] or [LIMITS[kind][-1]]
    longest = min([upstream.max_tokens, *(int(document[name]) for name in names if name in document)])
    for name in LIMITS[kind]:
        document.pop(name, None)
    document[names[0]] = max(longest, 1)
    choices = document.get("n", 1)
    choices = min(choices, CHOICES) if isinstance(choices, int) and choices > 0 else 1
    if "n" in document:
        document["n"] = choices
    return document, max(longest, 1) * choices


def _look(value: Any, depth: int) -> None:
    """NotForwarded for an address that the provider would fetch, wherever it stands."""
    if depth > 40:
        raise NotForwarded("The request is nested too deeply.")
    if isinstance(value, list):
        for one in value:
            _look(one, depth + 1)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name in ADDRESSES and isinstance(one, str) and not one.startswith("data:"):
                raise NotForwarded("Send images and files as data: addresses; a run has no way to others.")
            _look(one, depth + 1)


def usage_of(document: Mapping[str, Any]) -> tuple[int, int] | None:
    """(tokens in, tokens out) as the provider counts them, None when it does not."""
    usage = document.get("usage")
    if not isinstance(usage, dict):
        return None
    used_in = usage.get("prompt_tokens", usage.get("input_tokens"))
    used_out = usage.get("completion_tokens", usage.get("output_tokens", 0))
    if not isinstance(used_in, int) or not isinstance(used_out, int) or used_in <= 0 or used_out < 0:
        return None
    return used_in, used_out
