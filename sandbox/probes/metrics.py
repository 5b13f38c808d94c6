"""Is there a metrics page, does it parse, and does it count exactly the requests that were sent?

One script run: scrape, N requests of the scenario, scrape. Nothing else reaches the service in between, so the
difference of its request counter is N, or N and one for the first scrape.
"""

from __future__ import annotations

from typing import Any

from sandbox.exposition import MAX_BYTES, Exposition, parse
from sandbox.probes import Probe, Target

PATHS = ("/metrics", "/_stcore/metrics", "/prometheus", "/actuator/prometheus", "/metrics/")
SENT = 37


def gather(target: Target) -> dict[str, Any]:
    """{present, path, parses, families, series, latency_histogram, request_counter, counter_delta, sent, ...}"""
    for path in PATHS:
        answer = _fetch(target, [_get(path)])[0]
        if answer["status"] == 200 and "html" not in answer["content_type"] and answer["body"].strip():
            return _look(target, path)
    return {"present": False}


def _look(target: Target, path: str) -> dict[str, Any]:
    scenario = target.seen.get("scenario", {}).get("requests") or [_get("/")]
    wanted = [_get(path), *(_as_sent(scenario[number % len(scenario)]) for number in range(SENT)), _get(path)]
    answers = _fetch(target, wanted)
    seen = {"present": True, "path": path, "content_type": answers[0]["content_type"], "parses": False, "why": ""}
    try:
        before, after = parse(answers[0]["body"]), parse(answers[-1]["body"])
    except ValueError as error:
        return seen | {"why": str(error)[:200]}
    answered = sum(answer["status"] is not None for answer in answers[1:-1])
    return seen | {
        "parses": True,
        "families": after.families,
        "series": after.series,
        "latency_histogram": after.latency_histogram,
        "sent": answered,
        **_moved(before, after, answered),
    }


def _moved(before: Exposition, after: Exposition, sent: int) -> dict[str, Any]:
    """The counter whose rise is nearest to what was sent."""
    old = before.request_counters()
    rises = {name: value - old.get(name, 0.0) for name, value in after.request_counters().items()}
    if not rises:
        return {"request_counter": None, "counter_delta": 0.0}
    nearest = min(rises, key=lambda name: (abs(rises[name] - sent), name))
    return {"request_counter": nearest, "counter_delta": rises[nearest]}


def _get(path: str) -> dict[str, Any]:
    return {"method": "GET", "path": path}


def _as_sent(request: dict[str, Any]) -> dict[str, Any]:
    headers = {"Content-Type": request["content_type"]} if request.get("content_type") else {}
    return {"method": request["method"], "path": request["path"], "body": request.get("body", ""), "headers": headers}


def _fetch(target: Target, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    done = target.pod.tool(
        "fetch",
        {"port": target.port, "requests": requests, "total_s": 60.0, "body_bytes": MAX_BYTES},
        timeout_s=90.0,
        cancellation=target.cancellation,
    )
    answers: list[dict[str, Any]] = done["answers"]
    return answers


PROBE = Probe("metrics", 1, 20, "service", "Is there a metrics page, and does it count what was sent?", gather)
