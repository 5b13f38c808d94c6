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

from sandbox.asking import fetch, get, scenario_of, scrape
from sandbox.exposition import Exposition, parse
from sandbox.monitoring.scrapes import versions
from sandbox.monitoring.versions import named_in
from sandbox.probes import Probe, Target

PATHS = ("/metrics", "/_stcore/metrics", "/prometheus", "/actuator/prometheus", "/metrics/")
# Requests of the two windows: at least so many, and up to so many more.
LEAST, UP_TO = (12, 20), (28, 40)
# An answer that names the version of its model is read so far.
ANSWER_BYTES = 8 * 1024
# A page may have thousands of counters that rise by every number there is: only the first few are looked at.
MAX_COUNTERS = 30
SHOWN_CHARACTERS = 200
SHOWN_FAMILIES = 10
# A scrape or two may count themselves.
SILENCE = 2.0


def gather(target: Target) -> dict[str, Any]:
    """{present, path, parses, families, series, latency_histogram, request_counter, counter_delta, sent, ...}"""
    told = target.plan.hints.get("monitoring", {}).get("metrics")
    paths = list(dict.fromkeys([*([told] if told else []), *PATHS]))
    for path, answer in zip(paths, fetch(target, [get(path) for path in paths]), strict=True):
        if answer["began"] == 200 and answer["status"] is None:
            why = f"The page could not be read: {answer['error']}."
            return {"present": True, "path": path, "content_type": "", "parses": False, "why": why} | _no_counter(0)
        if answer["status"] == 200 and "html" not in answer["content_type"] and answer["body"].strip():
            return _look(target, path)
    return {"present": False}


def _look(target: Target, path: str) -> dict[str, Any]:
    scenario = scenario_of(target)
    counts = [least + secrets.randbelow(more + 1) for least, more in zip(LEAST, UP_TO, strict=True)]
    windows = [[scenario[number % len(scenario)] for number in range(count)] for count in (0, *counts)]
    wanted = [scrape(path), *(request for window in windows for request in (*window, scrape(path)))]
    answers = fetch(target, [*wanted, *(one | {"body_bytes": ANSWER_BYTES} for one in scenario)])
    answers, shown = answers[: len(wanted)], answers[len(wanted) :]
    pages = [answer for answer, request in zip(answers, wanted, strict=True) if request.get("body_bytes")]
    sent = [sum(answer["status"] is not None for answer in part) for part in _between(answers, counts)]
    seen = {"present": True, "path": path, "content_type": pages[0]["content_type"], "parses": False, "why": ""}
    times = [page["ms"] for page in pages if page["ms"] is not None]
    seen |= {"bytes": max(page["bytes"] for page in pages), "ms": max(times, default=None)}
    try:
        scrapes = [parse(page["body"]) for page in pages]
    except ValueError as error:
        return seen | {"why": str(error)[:200]} | _no_counter(sum(sent))
    return seen | {
        "parses": True,
        "families": scrapes[-1].families,
        "series": scrapes[-1].series,
        "undescribed": [name[:SHOWN_CHARACTERS] for name in scrapes[-1].undescribed[:SHOWN_FAMILIES]],
        "undescribed_more": max(0, len(scrapes[-1].undescribed) - SHOWN_FAMILIES),
        "versions": versions(scrapes[-1]),
        "answered_versions": named_in([answer["body"] for answer in shown]),
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


PROBE = Probe("metrics", 3, 20, "service", "Is there a metrics page, and does it count what was sent?", gather)
