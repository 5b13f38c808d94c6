"""Do the histograms of its metrics say what we measured of the same requests?"""

from __future__ import annotations

from typing import Any

from sandbox.asking import fetch, scenario_of, scrape
from sandbox.exposition import parse
from sandbox.monitoring.latency import compare, unsound
from sandbox.probes import Probe, Target

SENT = 40
MAX_HISTOGRAMS = 20
SHOWN_CHARACTERS = 200


def gather(target: Target) -> dict[str, Any]:
    """{metrics, histogram, unsound, sent, count, p50, p95}; `sandbox/monitoring/latency.py` says what the last are.

    The histogram is the one whose count rose by what is nearest to `sent`; None when there is none of times.
    """
    metrics = target.seen.get("metrics", {})
    if not metrics.get("parses"):
        return {"metrics": False}
    scenario = scenario_of(target)
    look = scrape(metrics["path"])
    first, *answers, last = fetch(target, [look, *(scenario[number % len(scenario)] for number in range(SENT)), look])
    seconds = [answer["ms"] / 1000 for answer in answers if answer["ms"] is not None]
    seen: dict[str, Any] = {"metrics": True, "histogram": None, "unsound": "", "sent": len(seconds)}
    seen |= {"count": 0.0, "p50": None, "p95": None}
    try:
        before, after = parse(first["body"]), parse(last["body"])
    except ValueError as error:
        return seen | {"why": str(error)[:200]}
    named = after.latency_histograms()[:MAX_HISTOGRAMS]
    if not named:
        return seen
    compared = {name: compare(before, after, name, seconds) for name in named}
    best = min(named, key=lambda name: (abs(compared[name]["count"] - len(seconds)), name))
    return seen | {"histogram": best[:SHOWN_CHARACTERS], "unsound": unsound(after, best), **compared[best]}


PROBE = Probe("latency_truth", 1, 28, "service", "Do its histograms say what we measured?", gather)
