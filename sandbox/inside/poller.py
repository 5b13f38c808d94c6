"""Asks the health path twice a second, as an orchestrator would, while something else happens."""

import threading
import time

from http_client import NoAnswer, request

POLL_S, ASK_S = 0.5, 2.0


class Poller(threading.Thread):
    """`start()`, `stop()`, then `document()`. Without a path it asks nothing."""

    def __init__(self, port, path):
        super().__init__(daemon=True)
        self._port, self._path, self._stopped = port, path, threading.Event()
        self._rows = []

    def run(self):
        while self._path and not self._stopped.is_set():
            asked = time.monotonic()
            try:
                good = 200 <= request(self._port, "GET", self._path, total_s=ASK_S).status < 400
            except NoAnswer:
                good = False
            self._rows.append((asked, time.monotonic() - asked, good))
            self._stopped.wait(POLL_S)

    def stop(self):
        self._stopped.set()

    def document(self):
        """{"polls", "failures", "p95_ms", "longest_outage_s"}."""
        rows = list(self._rows)
        times = sorted(seconds for _, seconds, _ in rows)
        longest, since = 0.0, None
        for asked, seconds, good in rows:
            if good:
                since = None
            else:
                since = asked if since is None else since
                longest = max(longest, asked + seconds - since)
        return {
            "polls": len(rows),
            "failures": sum(not good for _, _, good in rows),
            "p95_ms": round(times[int(0.95 * (len(times) - 1))] * 1000, 2) if times else None,
            "longest_outage_s": round(longest, 2),
        }
