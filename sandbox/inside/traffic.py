"""Requests that are under way: some sent only by half until we choose to finish them, others one after the other.

Shared by the scripts that look at a service meanwhile.
"""

import contextlib
import threading
import time

from http_client import NoAnswer, answer_of, connect, head_of, request

CONNECT_S, ANSWER_S = 2.0, 5.0


class Held:
    """A request whose head and half of whose body have been sent: whoever takes it is busy with it."""

    def __init__(self, port, row):
        body = row["body"].encode("utf-8", "replace")
        self._rest, self._method = body[len(body) // 2 :], row["method"]
        self._link = connect(port, CONNECT_S)
        with contextlib.suppress(OSError):
            self._link.sendall(head_of(row["method"], row["path"], body, row.get("headers")) + body[: len(body) // 2])

    def finish(self):
        """(status, "") of the answer, or (None, why there was none)."""
        with self._link as link:
            try:
                link.sendall(self._rest)
                return answer_of(link, time.monotonic() + ANSWER_S, self._method).status, ""
            except NoAnswer as error:
                return None, str(error)[:200]
            except OSError as error:
                return None, str(error)[:200]


def hold(port, rows, count):
    """Up to `count` held requests of those rows that have a body."""
    held = []
    with_body = [row for row in rows if len(row.get("body") or "") > 1]
    for number in range(count if with_body else 0):
        with contextlib.suppress(NoAnswer):
            held.append(Held(port, with_body[number % len(with_body)]))
    return held


class Stream:
    """Threads that ask one request after the other until `stop()`, or until nobody listens any more.

    `answered` counts answers, `lost` those that were sent and never answered; `refused_at` is when the first one was
    told that nobody listens, on the monotonic clock.
    """

    def __init__(self, port, rows, threads):
        self.answered, self.lost, self.refused_at, self.errors = 0, 0, None, []
        self._port, self._rows = port, rows
        self._over, self._lock = threading.Event(), threading.Lock()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(threads)]
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._over.set()
        for thread in self._threads:
            thread.join()

    def running(self):
        return any(thread.is_alive() for thread in self._threads)

    def _run(self, number):
        while not self._over.is_set():
            row = self._rows[number % len(self._rows)]
            number += 1
            try:
                body = (row.get("body") or "").encode("utf-8", "replace")
                request(self._port, row["method"], row["path"], body=body, headers=row.get("headers"), total_s=ANSWER_S)
            except NoAnswer as error:
                if error.kind == "refused":
                    with self._lock:
                        self.refused_at = self.refused_at or time.monotonic()
                    return
                with self._lock:
                    self.lost += 1
                    self.errors = [*self.errors, str(error)[:200]][:5]
            else:
                with self._lock:
                    self.answered += 1
