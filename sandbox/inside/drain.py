"""Keep requests under way while the service is told to stop, and tell what became of them.

Request:  {"port": int, "requests": [...], "held": int, "threads": int, "seconds": float}
Event:    {"busy": true} once requests are under way: now it is to be told to stop
Result:   {"held": int, "completed": int, "answered": int, "lost": int, "refused_after_s": float|None, "errors": [str]}

`held` requests were sent by half before, and by the other half after it was told; those with an answer that is no
server error are `completed`. `answered` and `lost` are of requests that were sent whole, one after the other, until
nobody listened any more.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from traffic import Stream, hold
from wire import event, read_request, result

BUSY_S, HOLD_S, LOOK_S = 0.4, 0.7, 0.05


def main():
    asked = read_request()
    held = hold(asked["port"], asked["requests"], asked["held"])
    stream = Stream(asked["port"], asked["requests"], asked["threads"])
    time.sleep(BUSY_S)
    event(busy=True)
    told = time.monotonic()
    time.sleep(HOLD_S)
    finished = [one.finish() for one in held]
    while stream.running() and time.monotonic() < told + asked["seconds"]:
        time.sleep(LOOK_S)
    stream.stop()
    result(
        {
            "held": len(held),
            "completed": sum(status is not None and status < 500 for status, _ in finished),
            "answered": stream.answered,
            "lost": stream.lost,
            "refused_after_s": round(stream.refused_at - told, 3) if stream.refused_at else None,
            "errors": list(dict.fromkeys([why for _, why in finished if why] + stream.errors))[:5],
        }
    )


if __name__ == "__main__":
    main()
