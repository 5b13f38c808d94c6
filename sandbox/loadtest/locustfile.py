"""The load itself, run by `sandbox/inside/load.py` as a process of its own; never imported by the platform.

Open phase: arrivals are due on an even schedule that all users share; a user takes the next one, waits until it is
due, sends it, and its latency counts from when it was due. A server that freezes is therefore seen by every request
that should have been sent meanwhile (coordinated omission). Closed phase: a few users send as fast as answers come.
"""

import json
import os
import time
from itertools import count
from pathlib import Path

import gevent
from locust import FastHttpUser, constant, events, task

PLAN = json.loads(os.environ["ASSAY_LOAD"])
REQUESTS = PLAN["requests"]
RATE, WARM_UP_S, WINDOW_S = PLAN["rate_rps"], PLAN["warmup_s"], PLAN["window_s"]
OPEN_S = WARM_UP_S + WINDOW_S
DRAIN_S = 10.0
TIMEOUT_S = 10.0

arrivals, numbers = count(), count()
# Rows of the open phase: (due_s, sent_s, done_s, status, bytes, request number, waited for its due time).
opened, closed = [], []
clock = {"zero": None}


@events.spawning_complete.add_listener
def begin(**_):
    """The schedule starts when every user is there, a moment from now."""
    clock["zero"] = time.perf_counter() + 0.2


@events.quitting.add_listener
def save(**_):
    Path(PLAN["output"]).write_text(json.dumps({"open": opened, "closed": closed}))


def now():
    return time.perf_counter() - clock["zero"]


class Visitor(FastHttpUser):
    wait_time = constant(0)
    connection_timeout = TIMEOUT_S
    network_timeout = TIMEOUT_S
    max_redirects = 0

    @task
    def visit(self):
        while clock["zero"] is None:
            gevent.sleep(0.01)
        self.open_phase()
        self.closed_phase(next(numbers))
        gevent.sleep(3600)

    def open_phase(self):
        while True:
            number = next(arrivals)
            due = number / RATE
            if due >= OPEN_S:
                return
            if now() > OPEN_S + DRAIN_S:
                opened.append((due, None, None, 0, 0, number % len(REQUESTS), False))
                continue
            early = due - now()
            if early > 0:
                gevent.sleep(early)
            sent = now()
            status, size = self.send(number % len(REQUESTS))
            opened.append((due, sent, now(), status, size, number % len(REQUESTS), early > 0))

    def closed_phase(self, number):
        """Starts for all at the same time, when the open phase has certainly drained."""
        starts = PLAN["closed_at_s"]
        while now() < starts:
            gevent.sleep(0.01)
        if number >= PLAN["closed_users"]:
            return
        turn = number
        while now() < starts + PLAN["closed_s"]:
            sent = now()
            status, _ = self.send(turn % len(REQUESTS))
            closed.append((sent, now(), status))
            turn += 1

    def send(self, number):
        each = REQUESTS[number]
        headers = {"Host": "localhost"}
        if each.get("content_type"):
            headers["Content-Type"] = each["content_type"]
        with self.client.request(
            each["method"],
            each["path"],
            data=each.get("body") or None,
            headers=headers,
            catch_response=True,
            allow_redirects=False,
        ) as answer:
            status, size = answer.status_code or 0, len(answer.content or b"")
            answer.success()  # success is judged from the rows, not by Locust
        return status, size
