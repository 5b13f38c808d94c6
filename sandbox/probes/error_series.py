"""Do its metrics count errors? A drawn number of bad requests is sent, and what counts errors is looked at."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.asking import fetch, scrape
from sandbox.exposition import parse
from sandbox.monitoring.refused import refused
from sandbox.monitoring.scrapes import errors, nearest, rises
from sandbox.probes import Probe, Target

LEAST, UP_TO = 7, 12


def gather(target: Target) -> dict[str, Any]:
    """{metrics, path, method, sent, statuses, series, delta, silence_delta}; only {metrics: false} without metrics."""
    metrics = target.seen.get("metrics", {})
    if not metrics.get("parses"):
        return {"metrics": False}
    bad = refused(target.seen)
    count = LEAST + secrets.randbelow(UP_TO + 1)
    look = scrape(metrics["path"])
    answers = fetch(target, [bad, look, look, *([bad] * count), look])
    pages = [answers[1], answers[2], answers[-1]]
    statuses = [answer["status"] for answer in answers[3:-1]]
    sent = sum(status is not None and status >= 400 for status in statuses)
    seen = {"metrics": True, "path": bad["path"], "method": bad["method"], "sent": sent}
    seen |= {"statuses": sorted({str(status) for status in statuses}), "series": None}
    try:
        first, still, last = (errors(parse(page["body"])) for page in pages)
    except ValueError as error:
        return seen | {"delta": 0.0, "silence_delta": 0.0, "why": str(error)[:200]}
    silence = rises(first, still)
    name, delta = nearest({one: rise for one, rise in rises(still, last).items() if silence.get(one, 0) <= 2}, sent)
    return seen | {"series": name, "delta": delta, "silence_delta": silence.get(name or "", 0.0)}


PROBE = Probe("error_series", 1, 26, "service", "Do its metrics count errors?", gather)
