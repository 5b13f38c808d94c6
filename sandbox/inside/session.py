"""What one unit of a load is: a plain request, or a whole session with an application that speaks more than HTTP.

A kind of session is a script `session_<kind>.py` with `session(port, each, total_s)`, which gives an Answer as
http_client.request does or raises NoAnswer; nothing else has to know of it.
"""

import importlib
import re

from http_client import request

KIND = re.compile(r"[a-z]{1,32}")


def send(port, each, *, headers=None, total_s, body_bytes):
    """The Answer to a row {"method", "path", "body", "session"?}; NoAnswer where none came."""
    kind = each.get("session")
    if kind:
        return converse(kind)(port, each, total_s)
    body = (each.get("body") or "").encode("utf-8", "replace")
    return request(
        port, each["method"], each["path"], body=body, headers=headers, total_s=total_s, body_bytes=body_bytes
    )


def converse(kind):
    """The function of that kind of session."""
    if not KIND.fullmatch(kind):
        raise ValueError("no kind of session")
    return importlib.import_module(f"session_{kind}").session
