"""Do two copies of it answer alike, and share what was written to one of them?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_applicable, passed


def judge(evidence: Evidence) -> Finding:
    seen = evidence.probe("replica") or {}
    pointer = ("/probes/replica",)
    if not seen["listens"]:
        return not_applicable(
            "No second copy can run beside the first here, because it does not listen where PORT says."
        )
    if not seen["compared"] and seen["shared"] is None:
        return not_applicable("It has no request whose answer could be compared.")
    if seen["shared"] is False:
        return failed("What was written to the second copy is not shown by the first.", score=0.3, evidence=pointer)
    if seen["different"]:
        row = seen["different"][0]
        observed = f"{row['path']} is answered with {row['first']} by the first and {row['second']} by the second."
        return failed(observed, score=0.3, evidence=pointer)
    said = [f"{seen['compared']} requests were answered alike by two copies"] if seen["compared"] else []
    said += ["what was written to one was shown by the other"] if seen["shared"] else []
    observed = f"{', and '.join(said)}."
    return passed(observed[0].upper() + observed[1:], evidence=pointer)


def _seen(*, shared: bool | None = None, compared: int = 3, listens: bool = True) -> dict[str, dict[str, Any]]:
    seen = {"port": 8123, "listens": listens, "why": "" if listens else "The port is taken", "compared": compared}
    return {"replica": seen | {"different": [], "shared": shared}}


CHECK = Check(
    id="replicas_answer_alike",
    version=1,
    title="Two copies answer alike",
    failed_title="Two copies do not answer alike",
    why=(
        "The first step to serve more people is a second copy behind a load balancer. State in one process's memory "
        "makes people see their data come and go with each request."
    ),
    fix="Keep what requests share in the database or a cache beside the service, never in a global of the process.",
    category="deploy",
    weight=MEDIUM,
    effort="days",
    level=3,
    judge=judge,
    needs=("replica",),
    examples=(
        Example("alike", Evidence("general", probes=_seen(shared=True)), "pass"),
        Example("each its own", Evidence("general", probes=_seen(shared=False)), "fail"),
        Example("no second copy", Evidence("general", probes=_seen(listens=False)), "not_applicable"),
        Example("nothing to compare", Evidence("general", probes=_seen(compared=0)), "not_applicable"),
    ),
)
