"""Gradio: a session is one use of a function, with the inputs that its own description calls valid."""

from __future__ import annotations

import json
import re
from typing import Any

from sandbox.openapi import BODY_BYTES, is_path
from sandbox.sessions.asking import Ask, Row, read, row
from sandbox.sessions.gradio_inputs import Unknown, inputs

MOST_FUNCTIONS, MOST_LOOKED_AT = 3, 12
NAME = re.compile(r"/[\w-]{1,80}")
PREFIX = re.compile(r"(?:/[\w-]+)*")


def find(ask: Ask, health_path: str) -> list[Row] | None:  # noqa: ARG001 - asked of every kind alike
    """By `/config`; the functions by `info` below its `api_prefix`, those first that take inputs."""
    config = read(ask(row("/config")))
    if not isinstance(config, dict) or not {"components", "dependencies", "version"} <= config.keys():
        return None
    prefix = str(config.get("api_prefix") or "").rstrip("/")
    if not PREFIX.fullmatch(prefix):
        return []
    # Before version 4 inputs are given as they are sent, not as the Python client takes them.
    info = read(ask(row(f"{prefix}/info?serialize=False")))
    found = info.get("named_endpoints") if isinstance(info, dict) else None
    if not isinstance(found, dict):
        return []
    made = []
    for name, endpoint in list(found.items())[:MOST_LOOKED_AT]:
        parameters = endpoint.get("parameters") if isinstance(endpoint, dict) else None
        if not NAME.fullmatch(name) or not isinstance(parameters, list):
            continue
        try:
            body = json.dumps({"data": inputs(parameters, lambda file: _upload(ask, prefix, file))})
        except Unknown:
            continue
        if len(body) <= BODY_BYTES:
            made.append((not parameters, name, body))
    chosen = sorted(made, key=lambda one: one[0])
    chosen = [one for one in chosen if one[0] == chosen[0][0]][:MOST_FUNCTIONS]
    if not chosen:
        return []
    route = _route(ask, prefix, chosen[0][1])
    rows = [row(f"{route}{name}", "POST", body, "application/json") for _, name, body in chosen]
    return [each for each in rows if is_path(each["path"])]


def _route(ask: Ask, prefix: str, name: str) -> str:
    """Where functions are called: `call` has been there since 4.20 or so, `run` is what was before it.

    A body that is none is refused by the one that is there, and not found where it is not.
    """
    answer = ask(row(f"{prefix}/call{name}", "POST", "[]", "application/json"))
    return f"{prefix}/run" if answer["status"] in (404, 405) else f"{prefix}/call"


def _upload(ask: Ask, prefix: str, file: tuple[str, str, str]) -> Any:
    """The path that the service gives a file (name, type, text) of ours. Unknown where it takes none."""
    name, kind, text = file
    mark = "assay-boundary-7f3a"
    body = (
        f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
        f"Content-Type: {kind}\r\n\r\n{text}\r\n--{mark}--\r\n"
    )
    answer = read(ask(row(f"{prefix}/upload", "POST", body, f"multipart/form-data; boundary={mark}")))
    if not isinstance(answer, list) or len(answer) != 1 or not isinstance(answer[0], str):
        raise Unknown(name)
    return {"path": answer[0], "orig_name": name, "mime_type": kind, "meta": {"_type": "gradio.FileData"}}
