"""What do its metrics show during a burst: does what counts requests under way move and return, does a count fall?"""

from __future__ import annotations

from typing import Any

from sandbox.asking import SLACK_S, scenario_of
from sandbox.exposition import Exposition, parse
from sandbox.monitoring.scrapes import fallen, gauges
from sandbox.probes import Probe, Target

HELD, THREADS, BURST_S = 4, 4, 1.5


def gather(target: Target) -> dict[str, Any]:
    """{metrics, pages, answered, gauge, idle, most, after, fallen: [series]}; `gauge` is None where none is named so,
    `amid` how many of the pages were answered amid the burst.

    `sandbox/inside/burst.py` holds some requests half sent and asks others meanwhile, and reads the page all along.
    """
    metrics = target.seen.get("metrics", {})
    if not metrics.get("parses"):
        return {"metrics": False}
    done = target.pod.tool(
        "burst",
        {
            "port": target.port,
            "metrics": metrics["path"],
            "requests": scenario_of(target),
            "held": HELD,
            "threads": THREADS,
            "seconds": BURST_S,
        },
        timeout_s=2 * SLACK_S,
        cancellation=target.cancellation,
    )
    seen = {"metrics": True, "answered": done["answered"] + done["held"], "pages": len(done["pages"])}
    try:
        first, *between, last = done["pages"]
        # One that was not answered amid the burst says nothing of what it counts.
        pages = [parse(page) for page in (first, *(page for page in between if page), last)]
    except ValueError as error:
        why = {"why": str(error)[:200], "unreadable": True}
        return seen | why | {"amid": 0, "gauge": None, "idle": 0.0, "most": 0.0, "after": 0.0, "fallen": []}
    return seen | {"unreadable": False, "amid": len(pages) - 2, **_gauge(pages), "fallen": fallen(pages)}


def _gauge(pages: list[Exposition]) -> dict[str, Any]:
    """The gauge that moved most; a look at the page may count as a request under way itself, before as after."""
    first, *during, last = [gauges(page) for page in pages]
    names = list(first.keys() | last.keys())
    if not names:
        return {"gauge": None, "idle": 0.0, "most": 0.0, "after": 0.0}
    most = {name: max((page.get(name, 0.0) for page in during), default=0.0) for name in names}
    name = max(names, key=lambda one: (most[one] - first.get(one, 0.0), one))
    return {"gauge": name, "idle": first.get(name, 0.0), "most": most[name], "after": last.get(name, 0.0)}


PROBE = Probe("in_flight", 1, 29, "service", "What do its metrics show during a burst?", gather)
