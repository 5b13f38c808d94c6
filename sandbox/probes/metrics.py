"""Is there a metrics page, does it parse, and does it count exactly the requests that were sent?

One script run: scrape, scrape, N requests of the scenario, scrape, M requests, scrape. Nothing else reaches the
service in between, so a counter of requests rises by 0, N and M, or by one more each for the scrape. N and M are drawn
anew each time, the counter is chosen by the first window alone and has to be right in the second, and one that moves
while nothing is asked counts something else: a page that only pretends to count cannot know what to say.
"""

from __future__ import annotations

import secrets
from itertools import pairwise
from typing import Any

from sandbox.exposition import MAX_BYTES, Exposition, parse
from sandbox.probes import Probe, Target

PATHS = ("/metrics", "/_stcore/metrics", "/prometheus", "/actuator/prometheus", "/metrics/")
# Requests of the two windows: at least so many, and up to so many more.
LEAST, UP_TO = (12, 20), (28, 40)
# Enough to see that a first page is there; scrapes are read whole.
FIRST_BYTES = 256
# A page may have thousands of counters that rise by every number there is: only the first few are looked at.
MAX_COUNTERS = 30
SHOWN_CHARACTERS = 200
# A scrape or two may count themselves.
SILENCE = 2.0


def gather(target: Target) -> dict[str, Any]:
    """{present, path, parses, families, series, latency_histogram, request_counter, counter_delta, sent, ...}"""
    for path in PATHS:
        answer = _fetch(target, [_get(path)])[0]
        if answer["began"] == 200 and answer["status"] is None:
            why = f"The page could not be read: {answer['error']}."
            return {"present": True, "path": path, "content_type": "", "parses": False, "why": why} | _no_counter(0)
        if answer["status"] == 200 and "html" not in answer["content_type"] and answer["body"].strip():
            return _look(target, path)
    return {"present": False}


def _look(target: Target, path: str) -> dict[str, Any]:
    scenario = target.seen.get("scenario", {}).get("requests") or [_get("/")]
    counts = [least + secrets.randbelow(more + 1) for least, more in zip(LEAST, UP_TO, strict=True)]
    windows = [[_as_sent(scenario[number % len(scenario)]) for number in range(count)] for count in (0, *counts)]
    wanted = [_scrape(path), *(request for window in windows for request in (*window, _scrape(path)))]
    answers = _fetch(target, wanted)
    pages = [answer for answer, request in zip(answers, wanted, strict=True) if request.get("body_bytes")]
    sent = [sum(answer["status"] is not None for answer in part) for part in _between(answers, counts)]
    seen = {"present": True, "path": path, "content_type": pages[0]["content_type"], "parses": False, "why": ""}
    try:
        scrapes = [parse(page["body"]) for page in pages]
    except ValueError as error:
        return seen | {"why": str(error)[:200]} | _no_counter(sum(sent))
    return seen | {
        "parses": True,
        "families": scrapes[-1].families,
        "series": scrapes[-1].series,
        "latency_histogram": (scrapes[-1].latency_histogram or "")[:SHOWN_CHARACTERS] or None,
        **_moved(scrapes, sent),
    }


def _between(answers: list[dict[str, Any]], counts: list[int]) -> list[list[dict[str, Any]]]:
    """The answers of each window, without the scrapes: two of them come first."""
    first = 2
    parts = []
    for count in counts:
        parts.append(answers[first : first + count])
        first += count + 1
    return parts


def _moved(scrapes: list[Exposition], sent: list[int]) -> dict[str, Any]:
    """The counter whose rise in the first window is nearest to what was sent there, and what it did in the others."""
    values = [scrape.request_counters() for scrape in scrapes]
    rises = {
        name: [after.get(name, 0.0) - before.get(name, 0.0) for before, after in pairwise(values)]
        for name in list(values[-1])[:MAX_COUNTERS]
    }
    still = {name: rise for name, rise in rises.items() if abs(rise[0]) <= SILENCE} or rises
    if not still:
        return _no_counter(sum(sent))
    nearest = min(still, key=lambda name: (abs(still[name][1] - sent[0]), name))
    silence, *moved = still[nearest]
    return {
        "request_counter": nearest[:SHOWN_CHARACTERS],
        "counter_delta": sum(moved),
        "sent": sum(sent),
        "silence_delta": silence,
        "windows": [{"sent": count, "delta": delta} for count, delta in zip(sent, moved, strict=True)],
    }


def _no_counter(sent: int) -> dict[str, Any]:
    return {"request_counter": None, "counter_delta": 0.0, "sent": sent, "silence_delta": 0.0, "windows": []}


def _scrape(path: str) -> dict[str, Any]:
    return _get(path) | {"body_bytes": MAX_BYTES}


def _get(path: str) -> dict[str, Any]:
    return {"method": "GET", "path": path}


def _as_sent(request: dict[str, Any]) -> dict[str, Any]:
    headers = {"Content-Type": request["content_type"]} if request.get("content_type") else {}
    return {"method": request["method"], "path": request["path"], "body": request.get("body", ""), "headers": headers}


def _fetch(target: Target, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    done = target.pod.tool(
        "fetch",
        {"port": target.port, "requests": requests, "total_s": 60.0, "body_bytes": FIRST_BYTES},
        timeout_s=90.0,
        cancellation=target.cancellation,
    )
    answers: list[dict[str, Any]] = done["answers"]
    return answers


PROBE = Probe("metrics", 2, 20, "service", "Is there a metrics page, and does it count what was sent?", gather)
