"""Is one user who asks without end slowed down, while others are still answered?"""

from __future__ import annotations

from typing import Any

from sandbox.assistant.asking import asker_of
from sandbox.assistant.marks import word
from sandbox.probes import Probe, Target

REQUESTS, TOGETHER, TOTAL_S = 150, 4, 15.0
LIMITED = 429


def gather(target: Target) -> dict[str, Any]:
    """{asked, http, users, sent, limited_after, retry_after, errors, other}: how many requests of one user were
    answered before the first 429 (null: none came), and the status that another user then got (null: nobody can be
    named).

    Where it is asked in a way that has no statuses of HTTP, nothing is sent, and `http` is false."""
    asker = asker_of(target)
    if asker is None:
        return {"asked": False}
    if not asker.kind.is_http:
        return {"asked": True, "http": False}
    question, person = f"When does the ferry of Vornhagen leave? ({word()})", word("user")
    users = asker.route["user"] is not None
    answers = asker.send(
        [asker.request(question, user=person)] * REQUESTS,
        together=TOGETHER,
        total_s=TOTAL_S,
        body_bytes=256,
        until_status=LIMITED,
    )
    statuses = [answer["status"] for answer in answers if answer["error"] != "not sent"]
    limited = next((answer for answer in answers if answer["status"] == LIMITED), None)
    other = asker.send([asker.request(question, user=word("user"))])[0]["status"] if users else None
    return {
        "asked": True,
        "http": True,
        "users": users,
        "sent": len(statuses),
        "limited_after": statuses.index(LIMITED) if limited else None,
        "retry_after": limited["retry_after"] if limited else "",
        "errors": sum(status is None or status >= 500 for status in statuses),
        "other": other,
    }


PROBE = Probe("ai_limit", 2, 84, "service", "Is one user who asks without end slowed down?", gather)
