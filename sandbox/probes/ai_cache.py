"""How often is the model asked when the same question comes twice, and then from somebody else?"""

from __future__ import annotations

from typing import Any

from sandbox.assistant.asking import ANSWERING, asker_of
from sandbox.assistant.marks import word
from sandbox.probes import Probe, Target


def gather(target: Target) -> dict[str, Any]:
    """{asked, users, statuses, calls: [of the first, the same again, somebody else's]}: calls of the model for each.

    `users`: a request can say whose it is, so that the third was of somebody else; else there are only two.
    """
    asker = asker_of(target)
    if asker is None:
        return {"asked": False}
    marker, one, other = word(), word("user"), word("user")
    question = f"When does the library of Vornhagen open on Sundays? ({marker})"
    users = [one, one, other] if asker.route["user"] else [one, one]
    asker.rule(watch=[marker])
    counts: list[int] = []
    statuses: list[int | None] = []
    for user in users:
        statuses.append(asker.send([asker.request(question, user=user)])[0]["status"])
        asker.rule(watch=[marker])  # which also waits until the calls are told
        counts.append(len(asker.calls(marker, ANSWERING)) - sum(counts))
    return {"asked": True, "users": bool(asker.route["user"]), "statuses": statuses, "calls": counts}


PROBE = Probe("ai_cache", 1, 57, "service", "Is the same question paid for twice?", gather)
