"""The load itself, run by `sandbox/inside/load.py` as a process of its own; never imported by the platform.

It stays for a whole load and takes one step after another: a JSON line each on one descriptor, a JSON line each on
another when it is done (`ASSAY_LOAD` names both), its rows in a file. A step with a `rate` is open: arrivals are due
on an even schedule that all its users share; a user takes the next one, waits until it is due, sends it, and its
latency counts from when it was due. A server that freezes is therefore seen by every request that should have been
sent meanwhile (coordinated omission). A step without a rate is closed: its users send as fast as answers come.

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
from gevent.event import Event
from gevent.os import tp_read
from geventhttpclient.response import HTTPParseError, HTTPSocketPoolResponse
from locust import FastHttpUser, constant, events, task

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "inside"))

from http_client import BODY_BYTES, HEAD, HEADER_BYTES, NoAnswer
from session import converse
from shape import content, shape

PLAN = json.loads(os.environ["ASSAY_LOAD"])
REQUESTS = PLAN["requests"]
TIMEOUT_S = 10.0
ANSWER_BYTES = BODY_BYTES + HEADER_BYTES
# Shapes are looked at after the clock has stopped, but cost the generator time: of many answers one in so many.
CLOSED_SHAPES = 8
# What an answer says is read of one in so many, 2 %, and of the first ones of a step or of a closed user.
CONTENTS, FIRST, FIRST_EACH = 50, 20, 3
# A connection that was quiet for longer may be just being closed by the server: a new one is made instead.
IDLE_S = 1.5
MOST_ROWS = 400_000

numbers = count()
# The order in which requests are sent: each as often in a round as it weighs.
ORDER = PLAN["order"]
# Loaded once, and after Locust: their sockets are gevent's.
SESSIONS = {each["session"]: converse(each["session"]) for each in REQUESTS if each.get("session")}


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


class Step:
    """One step under way.

    Rows: [due_s, sent_s, done_s, status, bytes, request, waited for its due time, shape, content]. Of a request that
    was never sent the second and third are null; shape and content are null where nobody looked.
    """

    def __init__(self, number, asked):
        self.number, self.rate = number, asked.get("rate") or 0.0
        self.seconds, self.drain_s, self.users = asked["seconds"], asked.get("drain_s", TIMEOUT_S), asked["users"]
        self.rows, self.arrivals, self.left = [], count(), asked["users"]
        self.over = Event()
        self.zero = time.perf_counter() + 0.05

    def now(self):
        return time.perf_counter() - self.zero

    def until(self):
        """The time by which everything of this step has ended."""
        return self.seconds + self.drain_s

    def leave(self):
        self.left -= 1
        if self.left <= 0:
            self.over.set()


current = {"step": None, "news": Event()}


@events.spawning_complete.add_listener
def begin(**_):
    gevent.spawn(control)


def control():
    """Take steps until nobody has any more."""
    tell({"ready": True})
    rest, number = b"", 0
    while True:
        chunk = tp_read(PLAN["orders"], 65536)
        if not chunk:
            os._exit(0)
        rest += chunk
        while b"\n" in rest:
            line, _, rest = rest.partition(b"\n")
            number += 1
            step = Step(number, json.loads(line))
            news, current["step"], current["news"] = current["news"], step, Event()
            cpu = time.process_time()
            began = time.perf_counter()
            news.set()
            step.over.wait(step.until() + TIMEOUT_S)
            used, took = time.process_time() - cpu, time.perf_counter() - began
            Path(PLAN["output"]).write_text(json.dumps(step.rows))
            tell({"cpu_s": used, "took_s": took})


def tell(document):
    os.write(PLAN["answers"], json.dumps(document).encode() + b"\n")


class Visitor(FastHttpUser):
    wait_time = constant(0)
    connection_timeout = TIMEOUT_S
    network_timeout = TIMEOUT_S
    max_redirects = 0

    def on_start(self):
        self.client.cookiejar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.used_at = 0.0

    @task
    def visit(self):
        mine, seen = next(numbers), 0
        while True:
            news, step = current["news"], current["step"]
            if step is None or step.number == seen:
                news.wait()
                continue
            seen = step.number
            if mine < step.users:
                try:
                    self.open_step(step) if step.rate else self.closed_step(step, mine)
                finally:
                    step.leave()

    def open_step(self, step):
        while True:
            number = next(step.arrivals)
            due, which = number / step.rate, ORDER[number % len(ORDER)]
            if due >= step.seconds or len(step.rows) >= MOST_ROWS:
                return
            if step.now() > step.until() - 0.05:
                step.rows.append((due, None, None, 0, 0, which, False, None, None))
                continue
            early = due - step.now()
            if early > 0:
                gevent.sleep(early)
            sent = step.now()
            status, kind, body = self.send(which, step.until() - sent)
            row = (due, sent, step.now(), status, len(body), which, early > 0)
            said = content(kind, body) if number < FIRST or number % CONTENTS == 0 else None
            step.rows.append((*row, shape(status, kind, body), said))

    def closed_step(self, step, mine):
        if step.now() < 0:
            gevent.sleep(-step.now())
        turn = mine
        while step.now() < step.seconds and len(step.rows) < MOST_ROWS:
            sent, which = step.now(), ORDER[turn % len(ORDER)]
            status, kind, body = self.send(which, step.until() - sent)
            row = (sent, sent, step.now(), status, len(body), which, False)
            said = content(kind, body) if turn - mine < FIRST_EACH or turn % CONTENTS == 0 else None
            step.rows.append((*row, None if turn % CLOSED_SHAPES else shape(status, kind, body), said))
            turn += 1

    def send(self, number, left_s):
        """(status, content type, body); status 0 when no answer came that counts as one."""
        each = REQUESTS[number]
        if each.get("session"):
            return self.hold_session(each, max(0.01, min(TIMEOUT_S, left_s)))
        headers = dict(HEAD)
        if each.get("content_type"):
            headers["Content-Type"] = each["content_type"]
        if time.perf_counter() - self.used_at > IDLE_S:
            self.client.client.clientpool.close()
        limit = gevent.Timeout.start_new(max(0.01, min(TIMEOUT_S, left_s)), TooLate())
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
            self.used_at = time.perf_counter()

    def hold_session(self, each, seconds):
        """The same of a whole session: its status, and what came of it."""
        limit = gevent.Timeout.start_new(seconds, TooLate())
        try:
            answer = SESSIONS[each["session"]](PLAN["port"], each, seconds)
        except (TooLate, NoAnswer) as error:
            return getattr(error, "status", None) or 0, "", b""
        except Exception:  # noqa: BLE001 - as above
            return 0, "", b""
        finally:
            limit.close()
        return answer.status, answer.headers.get("content-type", ""), answer.body

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
