"""Can a person say what an answer was worth, and does a series show that somebody did?"""

from __future__ import annotations

import json
from typing import Any

from sandbox.assistant.asking import JSON, asker_of
from sandbox.assistant.series import look, moved, shown
from sandbox.probes import Probe, Target

TIMES = 3
SHOWN = 10


def gather(target: Target) -> dict[str, Any]:
    """{asked, path, statuses, page, moved: [series that rose by as many as were sent]}; `path` null without a route."""
    asker = asker_of(target)
    if asker is None:
        return {"asked": False}
    route = target.seen["ai_ask"]["feedback"]
    if route is None:
        return {"asked": True, "path": None, "described": target.seen["ai_ask"]["described"]}
    before = look(target)
    headers = JSON | dict(asker.route["headers"])
    each = {"method": "POST", "path": route["path"], "body": json.dumps(route["json"]), "headers": headers}
    answers = asker.send([each] * TIMES)
    after = look(target)
    rises = moved(before, after) if before is not None and after is not None else {}
    return {
        "asked": True,
        "path": route["path"],
        "statuses": [answer["status"] for answer in answers],
        "page": after is not None,
        "moved": [shown(key)[:200] for key, rise in rises.items() if rise == TIMES and "feedback" in _about(key)][
            :SHOWN
        ],
    }


def _about(key: Any) -> str:
    """The text in which "feedback" stands for every name that such a series has; requests of the route do not count."""
    text = shown(key).lower()
    named = any(word in text for word in ("feedback", "rating", "thumb", "vote"))
    return "feedback" if named and "request" not in key[0].lower() else ""


PROBE = Probe("ai_feedback", 1, 60, "service", "Can a person say what an answer was worth?", gather)
