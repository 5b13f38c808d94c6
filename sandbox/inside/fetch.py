"""Send a list of requests one after the other and tell what came back, bounded in time and size.

Request:  {"port": int, "requests": [{"method", "path", "body"?: str, "headers"?: {}, "session"?, "body_bytes"?: int}],
           "total_s": float, "body_bytes": int}
Result:   {"answers": [{"status": int|null, "error": str, "content_type", "headers": {}, "body": str, "bytes", "cut",
           "shape", "ms"}]}

`body_bytes` bounds each body that is returned (a request's own comes before the common one); a body may be read up to
1 MiB to learn its size. `cut` tells that less came back than was read. All bodies together stay below ALL_BYTES as
they are written, escapes and all: a service must not be able to overfill our own answer.
"""

import json
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import session
from http_client import BODY_BYTES, NoAnswer
from shape import shape
from wire import read_request, result

SHOWN_HEADERS = ("content-type", "retry-after", "server", "location", "allow", "traceparent", "x-request-id")
HEADER_CHARACTERS = 200
# A session may be the first to load a model; a request that takes longer is one that nobody waits for.
REQUEST_S = 10.0
ALL_BYTES = 6 * 1024 * 1024
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def main():
    asked = read_request()
    ends = time.monotonic() + asked.get("total_s", 60)
    answers, room = [], ALL_BYTES
    for each in asked["requests"]:
        left = ends - time.monotonic()
        if left <= 0:
            answers.append(nothing("timeout"))
            continue
        wanted = each.get("body_bytes", asked.get("body_bytes", 64 * 1024))
        answers.append(
            send(asked["port"], each, left if each.get("session") else min(left, REQUEST_S), min(wanted, room))
        )
        room -= len(json.dumps(answers[-1]["body"]))
    result({"answers": answers})


def nothing(error, status=None):
    return {
        "status": None,
        "error": error[:HEADER_CHARACTERS],
        "began": status,
        "content_type": "",
        "headers": {},
        "body": "",
        "bytes": 0,
        "cut": False,
        "shape": "",
        "ms": None,
    }


def send(port, each, total_s, body_bytes):
    try:
        answer = session.send(port, each, headers=each.get("headers"), total_s=total_s, body_bytes=BODY_BYTES)
    except NoAnswer as error:
        return nothing(str(error), error.status)
    said = text(answer.body, body_bytes)
    return {
        "status": answer.status,
        "error": "",
        "began": answer.status,
        "content_type": text(answer.content_type.encode(), HEADER_CHARACTERS),
        "headers": {
            name: text(answer.headers[name].encode(), HEADER_CHARACTERS)
            for name in SHOWN_HEADERS
            if name in answer.headers
        },
        "body": said,
        "bytes": len(answer.body),
        "cut": len(said.encode("utf-8", "replace")) < len(answer.body),
        "shape": shape(answer.status, answer.content_type, answer.body),
        "ms": round(answer.ms, 2),
    }


def text(raw, limit):
    """At most `limit` bytes, without controls, bad UTF-8 replaced; as JSON it is at most half as long again."""
    decoded = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", raw[: max(0, limit)].decode("utf-8", "replace"))
    # Escapes make text a little longer and anything else up to six times: only that is cut again.
    return (
        decoded if len(json.dumps(decoded)) <= 1.5 * limit + 64 or limit <= HEADER_CHARACTERS else decoded[: limit // 6]
    )


if __name__ == "__main__":
    main()
