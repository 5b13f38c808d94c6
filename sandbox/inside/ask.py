"""Send requests as people do who wait: some at a time, each with its own patience, each piece of an answer timed.

Request:  {"port": int, "requests": [{"method", "path", "body"?: str, "headers"?: {}, "total_s"?: float,
           "hang_up"?: bool, "asker"?: str}], "together": int, "total_s": float, "body_bytes": int,
           "until_status"?: int}
Result:   {"answers": [{"status": int|null, "error", "content_type", "body", "bytes", "shape", "ms", "first_ms",
           "pieces", "retry_after"}]}, in the order of the requests

A request with an "asker" is a conversation: `asker_<asker>.py` beside this file has it, by
`ask(port, each, total_s, heard)`, which gives (Answer, shape) or raises NoAnswer.

`first_ms` is when the first piece of the body came, counted as `ms` is from the question; `hang_up` leaves then.
Nothing is sent any more once an answer has `until_status`, or when `total_s` is over: those have the error "not sent".
Sizes are bounded as in fetch.py.
"""

import importlib
import re
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from fetch import ALL_BYTES, HEADER_CHARACTERS, text
from http_client import NoAnswer, request
from shape import shape
from wire import read_request, result

PATIENCE_S = 10.0
KIND = re.compile(r"[a-z]{1,32}")


def main():
    asked = read_request()
    ends, enough = time.monotonic() + asked["total_s"], threading.Event()
    each_bytes = min(asked["body_bytes"], ALL_BYTES // max(1, len(asked["requests"])))

    def one(each):
        left = ends - time.monotonic()
        if left <= 0 or enough.is_set():
            return nothing("not sent")
        answer = send(asked["port"], each, min(left, each.get("total_s", PATIENCE_S)), each_bytes)
        if answer["status"] is not None and answer["status"] == asked.get("until_status"):
            enough.set()
        return answer

    with ThreadPoolExecutor(max(1, min(16, asked["together"]))) as pool:
        result({"answers": list(pool.map(one, asked["requests"]))})


def nothing(error, ms=None, began=None):
    return {
        "status": None,
        "error": error[:HEADER_CHARACTERS],
        "began": began,
        "content_type": "",
        "retry_after": "",
        "body": "",
        "bytes": 0,
        "shape": "",
        "ms": ms,
        "first_ms": None,
        "pieces": 0,
    }


def send(port, each, total_s, body_bytes):
    started, heard = time.monotonic(), Heard(hangs_up=bool(each.get("hang_up")))
    try:
        answer, form = converse(each)(port, each, total_s, heard)
    except NoAnswer as error:
        return nothing(str(error), round(1000 * (time.monotonic() - started), 1), error.status)
    return {
        "status": answer.status,
        "error": "",
        "began": answer.status,
        "content_type": text(answer.content_type.encode(), HEADER_CHARACTERS),
        "retry_after": text(answer.headers.get("retry-after", "").encode(), HEADER_CHARACTERS),
        "body": text(answer.body, body_bytes),
        "bytes": len(answer.body),
        "shape": form,
        "ms": round(answer.ms, 1),
        "first_ms": round(heard.times[0], 1) if heard.times else None,
        "pieces": len(heard.times),
    }


class Heard:
    """When the pieces of an answer came, in ms since it was asked for; to be called with each."""

    def __init__(self, *, hangs_up):
        self.times, self._hangs_up, self._began = [], hangs_up, time.monotonic()

    def starts(self):
        """What came before this was no answer yet: a visit of the page, say."""
        self._began = time.monotonic()

    def __call__(self, _piece):
        """Whether that was enough."""
        self.times.append(1000 * (time.monotonic() - self._began))
        return self._hangs_up


def converse(each):
    """The function that asks: a conversation of the kind that the request names, else one request of HTTP."""
    kind = each.get("asker")
    if not kind:
        return plain
    if not KIND.fullmatch(kind):
        raise ValueError("no kind of asker")
    return importlib.import_module(f"asker_{kind}").ask


def plain(port, each, total_s, heard):
    answer = request(
        port,
        each["method"],
        each["path"],
        body=(each.get("body") or "").encode("utf-8", "replace"),
        headers=each.get("headers"),
        total_s=total_s,
        on_piece=heard,
    )
    return answer, shape(answer.status, answer.content_type, answer.body)


if __name__ == "__main__":
    main()
