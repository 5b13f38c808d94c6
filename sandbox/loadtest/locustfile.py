"""The load itself, run by `sandbox/inside/load.py` as a process of its own; never imported by the platform.

Open phase: arrivals are due on an even schedule that all users share; a user takes the next one, waits until it is
due, sends it, and its latency counts from when it was due. A server that freezes is therefore seen by every request
that should have been sent meanwhile (coordinated omission). Closed phase: a few users send as fast as answers come.

Answers come from unknown code: each is bounded in bytes (head, interim answers and body together) and in time from its
first byte to its last, nothing is inflated, no redirect is followed and no cookie kept.
"""

import json
import os
import sys
import time
from http.cookiejar import DefaultCookiePolicy
from itertools import count
from pathlib import Path

import gevent
from geventhttpclient.response import HTTPParseError, HTTPSocketPoolResponse
from locust import FastHttpUser, constant, events, task

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "inside"))

from http_client import BODY_BYTES, HEAD, HEADER_BYTES
from shape import shape

PLAN = json.loads(os.environ["ASSAY_LOAD"])
REQUESTS = PLAN["requests"]
RATE, WARM_UP_S, WINDOW_S = PLAN["rate_rps"], PLAN["warmup_s"], PLAN["window_s"]
OPEN_S = WARM_UP_S + WINDOW_S
DRAIN_S = 10.0
TIMEOUT_S = 10.0

arrivals, numbers = count(), count()
ANSWER_BYTES = BODY_BYTES + HEADER_BYTES
# Shapes are looked at after the clock has stopped, but cost the generator time: of many answers one in so many.
CLOSED_SHAPES = 8
# Rows of the open phase: (due_s, sent_s, done_s, status, bytes, request number, waited for its due time, shape).
# Rows of the closed phase: (sent_s, done_s, status, bytes, request number, shape or None where nobody looked).
opened, closed = [], []
clock = {"zero": None}


class TooLate(BaseException):
    """An answer took longer than all of it may; not an Exception, so that nothing on the way swallows or retries it."""


_feed = HTTPSocketPoolResponse.feed


def feed(answer, data):
    """What the parser takes, up to ANSWER_BYTES: it has no limit of its own for heads and bodies."""
    answer.fed = getattr(answer, "fed", 0) + len(data)
    if answer.fed > ANSWER_BYTES:
        raise HTTPParseError("larger than an answer may be")
    return _feed(answer, data)


HTTPSocketPoolResponse.feed = feed


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

    def on_start(self):
        self.client.cookiejar.set_policy(DefaultCookiePolicy(allowed_domains=[]))

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
                opened.append((due, None, None, 0, 0, number % len(REQUESTS), False, ""))
                continue
            early = due - now()
            if early > 0:
                gevent.sleep(early)
            sent = now()
            status, kind, body = self.send(number % len(REQUESTS))
            row = (due, sent, now(), status, len(body), number % len(REQUESTS), early > 0)
            opened.append((*row, shape(status, kind, body)))

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
            status, kind, body = self.send(turn % len(REQUESTS))
            row = (sent, now(), status, len(body), turn % len(REQUESTS))
            closed.append((*row, None if turn % CLOSED_SHAPES else shape(status, kind, body)))
            turn += 1

    def send(self, number):
        """(status, content type, body); status 0 when no answer came that counts as one."""
        each = REQUESTS[number]
        headers = dict(HEAD)
        if each.get("content_type"):
            headers["Content-Type"] = each["content_type"]
        limit = gevent.Timeout.start_new(TIMEOUT_S, TooLate())
        try:
            with self.client.request(
                each["method"],
                each["path"],
                data=each.get("body") or None,
                headers=headers,
                catch_response=True,
                allow_redirects=False,
                stream=True,
            ) as answer:
                answer.success()  # success is judged from the rows, not by Locust
                return self.read(answer)
        except (TooLate, Exception):  # noqa: BLE001 - whatever an answer does to the client, it is a failed answer
            return 0, "", b""
        finally:
            limit.close()

    def read(self, answer):
        status, source = answer.status_code or 0, answer._response
        if source is None:
            return status, "", b""
        kind = source.get("content-type") or ""
        try:
            # As it came: what the body says of its encoding is not acted on.
            return status, kind if isinstance(kind, str) else "", source.read()
        finally:
            source.release()
