"""Ask for a metrics page before, during and after a burst of requests.

Request:  {"port": int, "metrics": path, "requests": [...], "held": int, "threads": int, "seconds": float}
Result:   {"pages": [str], "answered": int, "held": int}; the first page is from before, the last from after it

All pages together stay below ALL_BYTES as they are written: once there is no room, only the last one is read.
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from fetch import text
from http_client import BODY_BYTES, NoAnswer, request
from traffic import Stream, hold
from wire import read_request, result

ALL_BYTES = 6 * 1024 * 1024
# Of one page as it is written, escapes and all.
PAGE_BYTES = 2 * BODY_BYTES
PAUSE_S, SETTLE_S, SCRAPE_S = 0.15, 0.5, 5.0
MOST = 11


def main():
    asked = read_request()
    pages = [page(asked)]
    room = ALL_BYTES - len(json.dumps(pages[0])) - PAGE_BYTES
    stream = Stream(asked["port"], asked["requests"], asked["threads"])
    held = hold(asked["port"], asked["requests"], asked["held"])
    ends = time.monotonic() + asked["seconds"]
    while time.monotonic() < ends:
        time.sleep(PAUSE_S)
        if room > PAGE_BYTES and len(pages) < MOST:
            pages.append(page(asked))
            room -= len(json.dumps(pages[-1]))
    stream.stop()
    for one in held:
        one.finish()
    time.sleep(SETTLE_S)
    pages.append(page(asked))
    result({"pages": pages, "answered": stream.answered, "held": len(held)})


def page(asked):
    try:
        return text(request(asked["port"], "GET", asked["metrics"], total_s=SCRAPE_S).body, BODY_BYTES)
    except NoAnswer:
        return ""


if __name__ == "__main__":
    main()
