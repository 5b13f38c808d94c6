"""Can a request be followed into the log, and does what people send stay out of it?

Requests carry an id (X-Request-ID, traceparent) of ours, and planted personal data: an address and a card's number in
the body, a token in the Authorization header. Then answers, log and metrics are searched for them.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from sandbox.asking import fetch, scenario_of, scrape
from sandbox.monitoring.logs import is_json, since
from sandbox.monitoring.planted import Planted, secrets_of
from sandbox.probes import Probe, Target

LOG_BYTES = 1024 * 1024
MOST = 6
SETTLE_S = 0.5
SHOWN_CHARACTERS = 300


def gather(target: Target) -> dict[str, Any]:
    """{sent, lines, echoed, logged, logged_json, line, planted, leaked: [{what, where, line}]}.

    `echoed` and `logged` count the requests whose id came back in a header or stands in the log; a line that leaks is
    told without what it leaks.
    """
    before = target.service.logs(LOG_BYTES)
    planted = Planted.new()
    requests, ids = [], []
    for request in scenario_of(target)[:MOST]:
        request_id, trace = secrets.token_hex(8), secrets.token_hex(16)
        ids.append((request_id, trace))
        headers = {
            "X-Request-ID": request_id,
            "traceparent": f"00-{trace}-{secrets.token_hex(8)}-01",
            "Authorization": f"Bearer {planted.token}",
        }
        requests.append(request | {"headers": request["headers"] | headers})
    spoilt = [request | {"body": planted.into(request["body"])} for request in requests if request.get("body")]
    answers = fetch(target, [*requests, *spoilt])[: len(requests)]
    target.service.wait(SETTLE_S)  # its lines take a moment to arrive
    whole = target.service.logs(LOG_BYTES)
    lines = since(before, whole)
    logged = [any(one in line for line in lines) for one in _either(ids, lines)]
    hit = next((line for line in lines if any(a in line or b in line for a, b in ids)), "")
    return {
        "sent": len(requests),
        "lines": len(lines),
        "echoed": sum(_echoes(answer, pair) for answer, pair in zip(answers, ids, strict=True)),
        "logged": sum(logged),
        "logged_json": bool(hit) and is_json(hit),
        "line": planted.hidden(hit)[:SHOWN_CHARACTERS],
        "planted": planted.kinds if spoilt else ["token"],
        "leaked": _leaks(target, planted, lines, whole),
    }


def _either(ids: list[tuple[str, str]], lines: list[str]) -> list[str]:
    """Of each request the id of the two that is in the lines, else the first."""
    return [second if any(second in line for line in lines) else first for first, second in ids]


def _echoes(answer: dict[str, Any], pair: tuple[str, str]) -> bool:
    said = json.dumps(answer["headers"])
    return any(one in said for one in pair)


def _leaks(target: Target, planted: Planted, lines: list[str], whole: bytes) -> list[dict[str, str]]:
    """Planted data in the new lines and in the metrics, and secrets of the environment in the whole log."""
    found = [{"what": what, "where": "log", "line": line} for what, line in planted.found(lines)]
    metrics = target.seen.get("metrics", {})
    if metrics.get("parses"):
        page = fetch(target, [scrape(metrics["path"])])[0]["body"].split("\n")
        found += [{"what": what, "where": "metrics", "line": line} for what, line in planted.found(page)]
    text = whole.decode("utf-8", "replace")
    for name, value in secrets_of(target.plan.env).items():
        if value in text:
            found.append({"what": f"the value of {name}", "where": "log", "line": ""})
    return found[:MOST]


PROBE = Probe(
    "request_trace", 1, 44, "service", "Can a request be followed, and does what it carries stay out?", gather
)
