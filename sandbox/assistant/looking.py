"""Looking at a path of an application before it is asked, in the form that kinds of sessions are recognised by."""

from __future__ import annotations

from typing import Any

from sandbox.assistant.asking import send
from sandbox.probes import Target
from sandbox.sessions.asking import Row

LOOK_BYTES = 1024 * 1024


def look_at(target: Target, row: Row) -> dict[str, Any]:
    """The answer to one row {method, path, body, content_type}, with whether it was `cut`."""
    headers = {"Content-Type": row["content_type"]} if row["content_type"] else {}
    asked = {"method": row["method"], "path": row["path"], "body": row["body"], "headers": headers}
    answer = send(target, [asked], body_bytes=LOOK_BYTES)[0]
    return answer | {"cut": len(answer["body"].encode("utf-8", "replace")) < answer["bytes"]}
