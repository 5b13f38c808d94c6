"""Do its metrics count the tokens that the gateway counted, and name the model and the version of the prompt?"""

from __future__ import annotations

from typing import Any

from sandbox.assistant.asking import ANSWERING, asker_of
from sandbox.assistant.marks import word
from sandbox.assistant.series import labelled, look, moved, shown
from sandbox.probes import Probe, Target

QUESTIONS = 6
MOST_SERIES = 40
SPENT = ("token", "cost", "usd", "spend", "price")


def gather(target: Target) -> dict[str, Any]:
    """{asked, page, sent, calls, counted {in, out, all_in, all_out}, moved [{series, rise}], labels {name: [values]},
    models}: what the gateway counted of answers and of all calls, and every series about tokens or cost that rose."""
    asker = asker_of(target)
    if asker is None:
        return {"asked": False}
    before = look(target)
    if before is None:
        return {"asked": True, "page": False}
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
        "moved": [{"series": shown(key)[:200], "name": key[0][:100], "rise": rise} for key, rise in spent.items()][
            :MOST_SERIES
        ],
        "labels": {name: sorted(values)[:5] for name, values in list(labelled(after).items())[:MOST_SERIES]},
        "models": sorted({call["model"] for call in answering}),
    }


PROBE = Probe("ai_metrics", 1, 59, "service", "Do its metrics count what the models cost?", gather)
