"""Do its metrics count the tokens that the gateway counted, and name the model and the version of the prompt?"""

from __future__ import annotations

from typing import Any

from sandbox.assistant.asking import ANSWERING, asker_of
from sandbox.assistant.marks import word
from sandbox.assistant.series import labelled, look, moved, shown
from sandbox.probes import Probe, Target

QUESTIONS = 6
MOST_SERIES = 40
MOST_MODELS = 10
SPENT = ("token", "cost", "usd", "eur", "dollar", "spend", "spent", "price")


def gather(target: Target) -> dict[str, Any]:
    """{asked, page, sent, calls, counted {in, out, all_in, all_out}, used [{model, answering, in, out}], prices, moved
    [{series, rise}], labels {name: [values]}, models}: what the gateway counted of answers and of all calls, the
    declared prices ({model: {in, out}} of a million tokens, {} for none), and every series about either that rose.

    `page` is false where there is none, null where it is asked by a page of its own and no series are the team's."""
    asker = asker_of(target)
    if asker is None:
        return {"asked": False}
    before = look(target)
    if before is None:
        return {"asked": True, "page": False if asker.kind.is_http else None}
    markers = [word() for _ in range(QUESTIONS)]
    asker.rule(watch=markers)
    asked = [f"Where is the town hall of Vornhagen, and who built it? ({marker})" for marker in markers]
    answers = asker.send([asker.request(question) for question in asked])
    after = look(target) or before
    asker.rule()
    calls = [call for marker in markers for call in asker.calls(marker, ())]
    answering = [call for call in calls if call["kind"] in ANSWERING]
    rises = moved(before, after)
    spent = {key: rise for key, rise in rises.items() if any(mark in shown(key).lower() for mark in SPENT)}
    if not spent and not asker.kind.is_http:
        return {"asked": True, "page": None}
    return {
        "asked": True,
        "page": True,
        "sent": sum(answer["status"] is not None for answer in answers),
        "calls": len(answering),
        "counted": {
            "in": sum(call["tokens_in"] for call in answering),
            "out": sum(call["tokens_out"] for call in answering),
            "all_in": sum(call["tokens_in"] for call in calls),
            "all_out": sum(call["tokens_out"] for call in calls),
        },
        "used": _used(calls),
        "prices": (target.plan.hints.get("ai") or {}).get("prices") or {},
        "moved": [{"series": shown(key)[:200], "name": key[0][:100], "rise": rise} for key, rise in spent.items()][
            :MOST_SERIES
        ],
        "labels": {name: sorted(values)[:5] for name, values in list(labelled(after).items())[:MOST_SERIES]},
        "models": sorted({call["model"] for call in answering}),
    }


def _used(calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tokens of each model, of calls that make answers and of the others."""
    found: dict[tuple[str, bool], list[int]] = {}
    for call in calls:
        row = found.setdefault((call["model"], call["kind"] in ANSWERING), [0, 0])
        row[0] += call["tokens_in"]
        row[1] += call["tokens_out"]
    return [
        {"model": model, "answering": answering, "in": row[0], "out": row[1]}
        for (model, answering), row in list(found.items())[:MOST_MODELS]
    ]


PROBE = Probe("ai_metrics", 3, 59, "service", "Do its metrics count what the models cost?", gather)
