"""Send a list of requests one after the other and tell what came back, bounded in time and size.

Request:  {"port": int, "requests": [{"method", "path", "body"?: str, "headers"?: {}}], "total_s": float,
           "body_bytes": int, "fresh"?: bool}
Result:   {"answers": [{"status": int|null, "error": str, "content_type", "headers": {}, "body": str, "bytes", "ms"}]}

`body_bytes` bounds each body that is returned; a body may be read up to 1 MiB to learn its size.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from http_client import NoAnswer, request
from wire import read_request, result

SHOWN_HEADERS = ("content-type", "retry-after", "server", "location", "allow", "traceparent", "x-request-id")


def main():
    asked = read_request()
    ends = time.monotonic() + asked.get("total_s", 60)
    answers = []
    for each in asked["requests"]:
        left = ends - time.monotonic()
        if left <= 0:
            answers.append(nothing("timeout"))
            continue
        answers.append(send(asked["port"], each, min(left, 10.0), asked.get("body_bytes", 64 * 1024)))
    result({"answers": answers})


def nothing(error):
    return {"status": None, "error": error, "content_type": "", "headers": {}, "body": "", "bytes": 0, "ms": None}


def send(port, each, total_s, body_bytes):
    body = each.get("body") or ""
    try:
        answer = request(
            port, each["method"], each["path"], body=body.encode(), headers=each.get("headers"), total_s=total_s
        )
    except NoAnswer as error:
        return nothing(str(error))
    return {
        "status": answer.status,
        "error": "",
        "content_type": answer.content_type,
        "headers": {name: answer.headers[name][:200] for name in SHOWN_HEADERS if name in answer.headers},
        "body": answer.body[:body_bytes].decode("utf-8", "replace"),
        "bytes": len(answer.body),
        "ms": round(answer.ms, 2),
    }


if __name__ == "__main__":
    main()
