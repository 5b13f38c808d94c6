"""One use of a Gradio function: hand its inputs in, follow the events of its queue, take the result.

The routes are those that Gradio itself offers to programs ("Querying Gradio apps with curl" in its guides): POST
`…/call/<function>` gives an event id, and GET `…/call/<function>/<id>` server-sent events until `complete` or `error`.
Before version 4 there is one POST `/run/<function>`.
"""

import json
import re
import time

from http_client import Answer, NoAnswer, request

CALL = "/call/"
EVENT_ID = re.compile(r"[\w-]{1,64}")
BODY_BYTES = 8 * 1024 * 1024
JSON = {"content-type": "application/json"}


def session(port, each, total_s):
    """An Answer: 200 with the function's outputs, the status that refused it, or 500 where the function failed."""
    began = time.monotonic()
    headers = {"Content-Type": "application/json"}
    posted = request(port, "POST", each["path"], body=each["body"].encode(), headers=headers, total_s=total_s)
    if posted.status != 200:
        return posted
    document = _read(posted.body)
    if CALL not in each["path"]:
        return _answer(200, document.get("data"), began)
    event = document.get("event_id")
    if not isinstance(event, str) or not EVENT_ID.fullmatch(event):
        raise NoAnswer("protocol", "no event id")
    stream = Events()
    left = max(0.01, began + total_s - time.monotonic())
    followed = request(
        port, "GET", f"{each['path']}/{event}", total_s=left, body_bytes=BODY_BYTES, on_piece=stream.take
    )
    if followed.status != 200:
        return followed
    if stream.ended is None:
        raise NoAnswer("closed", "the events ended before the result")
    return _answer(200 if stream.ended == "complete" else 500, _read(stream.data, list), began)


class Events:
    """Server-sent events up to the one that ends a call: `ended` is its name and `data` what it carries."""

    def __init__(self):
        self._rest, self.ended, self.data = b"", None, b""

    def take(self, piece):
        """Whether that was the end."""
        self._rest += piece.replace(b"\r\n", b"\n")
        while b"\n\n" in self._rest and self.ended is None:
            block, _, self._rest = self._rest.partition(b"\n\n")
            lines = dict(line.partition(b": ")[::2] for line in block.split(b"\n"))
            if lines.get(b"event") in (b"complete", b"error"):
                self.ended, self.data = lines[b"event"].decode(), lines.get(b"data", b"null")
        return self.ended is not None


def _read(text, kind=dict):
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise NoAnswer("protocol", "not JSON") from None
    if kind is dict and not isinstance(found, dict):
        raise NoAnswer("protocol", "not an object")
    return found


def _answer(status, data, began):
    return Answer(status, JSON, json.dumps({"data": data}).encode(), (time.monotonic() - began) * 1000)
