"""Ask several paths again and again, until one of them has turned, and tell how each answered.

Request:  {"port": int, "paths": [str], "watched": str|None, "until": "red"|"green"|"", "seconds": float,
           "ask_s": float}
Result:   {"turned_after_s": float|None, "rounds": int, "paths": {path: {"status", "why", "ms", "slowest_ms", "body"}}}

A path is green when it is answered with a success whose body does not say otherwise, as at the start (boot.py). Of
each path the last answer is told, and the slowest; `slowest_ms` is None when one was not answered within `ask_s`.
With `until` "" every path is asked once.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from boot import unhealthy
from fetch import text
from http_client import Answer, NoAnswer, request
from wire import read_request, result

POLL_S = 0.25
BODY_BYTES = 2048


def main():
    asked = read_request()
    started = time.monotonic()
    told, turned, rounds = {}, None, 0
    with ThreadPoolExecutor(max(1, len(asked["paths"]))) as pool:
        while True:
            rows = list(pool.map(lambda path: look(asked["port"], path, asked["ask_s"]), asked["paths"]))
            rounds += 1
            for path, row in zip(asked["paths"], rows, strict=True):
                before = told.get(path, row)["slowest_ms"]
                slowest = None if None in (before, row["ms"]) else max(before, row["ms"])
                told[path] = row | {"slowest_ms": slowest}
            watched = told.get(asked["watched"])
            if watched is not None and bool(watched["why"]) == (asked["until"] == "red"):
                turned = round(time.monotonic() - started, 2)
            if turned is not None or not asked["until"] or time.monotonic() - started > asked["seconds"]:
                break
            time.sleep(POLL_S)
    result({"turned_after_s": turned, "rounds": rounds, "paths": told})


def look(port, path, ask_s):
    try:
        answer = request(port, "GET", path, total_s=ask_s)
    except NoAnswer as error:
        return {"status": None, "why": str(error)[:200], "ms": None, "slowest_ms": None, "body": ""}
    ms = round(answer.ms, 1)
    why = unhealthy(answer, Answer(404))[:200]
    return {"status": answer.status, "why": why, "ms": ms, "slowest_ms": ms, "body": text(answer.body, BODY_BYTES)}


if __name__ == "__main__":
    main()
