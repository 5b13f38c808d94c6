"""Do strangers' paths and ids become series of its metrics, more and more of them?"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

from sandbox.asking import fetch, get, scrape
from sandbox.exposition import parse
from sandbox.monitoring.scrapes import added, shown
from sandbox.openapi import is_path
from sandbox.probes import Probe, Target

RANDOM = 200
# The first of each kind may open a series of its own: what counts is whether the others do, too.
FIRST = 4
TOTAL_S = 15.0
SHOWN = 5
DOCUMENT_BYTES = 1024 * 1024


def gather(target: Target) -> dict[str, Any]:
    """{metrics, sent, before, added, shown}: series that 200 random paths and ids have added."""
    metrics = target.seen.get("metrics", {})
    if not metrics.get("parses"):
        return {"metrics": False}
    kinds = [lambda: "/" + secrets.token_hex(8), *_routes(target)][:3]
    paths = (kinds[number % len(kinds)]() for number in range(RANDOM + FIRST))
    asked = [get(path) | {"body_bytes": 0} for path in paths]
    look = scrape(metrics["path"])
    warm = fetch(target, [*asked[:FIRST], look])
    # The page is read in a look of its own: it must not go without because the others took all the time.
    sent = sum(answer["status"] is not None for answer in fetch(target, asked[FIRST:], total_s=TOTAL_S))
    last = fetch(target, [look])[-1]
    seen = {"metrics": True, "sent": sent, "random": RANDOM}
    try:
        before, after = parse(warm[-1]["body"]), parse(last["body"])
    except ValueError as error:
        return seen | {"before": 0, "added": 0, "shown": [], "why": str(error)[:200]}
    new = added(before, after)
    return seen | {"before": before.series, "added": len(new), "shown": [shown(key) for key in new[:SHOWN]]}


def _routes(target: Target) -> Iterator[Any]:
    """Makers of paths with a random id, of the routes that take one."""
    described = target.seen["boot"].get("openapi")
    if not described:
        return
    try:
        document = json.loads(fetch(target, [get(described) | {"body_bytes": DOCUMENT_BYTES}])[0]["body"])
        paths = [path for path, methods in list(document["paths"].items())[:500] if "get" in methods]
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return
    for path in paths:
        before, _, rest = str(path).partition("{")
        after = rest.partition("}")[2]
        if rest and "{" not in after and is_path(f"{before}0{after}"):
            yield lambda before=before, after=after: f"{before}{secrets.randbelow(10**9)}{after}"


PROBE = Probe("cardinality", 1, 27, "service", "Do random paths and ids become series?", gather)
