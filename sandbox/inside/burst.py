"""Ask for a metrics page before, during and after a burst of requests.

Request:  {"port": int, "metrics": path, "requests": [...], "held": int, "threads": int, "seconds": float}
Result:   {"pages": [str], "answered": int, "held": int}; the first page is from before, the last from after it

All pages together stay below ALL_BYTES: of larger ones fewer are taken, and never less than three.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from http_client import NoAnswer, request
from traffic import Stream, hold
from wire import read_request, result

ALL_BYTES = 4 * 1024 * 1024
PAUSE_S, SETTLE_S, SCRAPE_S = 0.15, 0.5, 5.0
MOST = 12


def main():
    asked = read_request()
    pages = [page(asked)]
    most = max(3, min(MOST, ALL_BYTES // max(1, len(pages[0]))))
    stream = Stream(asked["port"], asked["requests"], asked["threads"])
    held = hold(asked["port"], asked["requests"], asked["held"])
    ends = time.monotonic() + asked["seconds"]
    while time.monotonic() < ends:
        time.sleep(PAUSE_S)
        if len(pages) < most - 1:
            pages.append(page(asked))
    stream.stop()
    for one in held:
        one.finish()
    time.sleep(SETTLE_S)
    pages.append(page(asked))
    result({"pages": pages, "answered": stream.answered, "held": len(held)})


def page(asked):
    try:
        return request(asked["port"], "GET", asked["metrics"], total_s=SCRAPE_S).body.decode("utf-8", "replace")
    except NoAnswer:
        return ""


if __name__ == "__main__":
    main()
