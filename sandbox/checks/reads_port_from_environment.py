"""Does it listen where the PORT variable says?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    seen = evidence.probe("replica") or {}
    pointer = ("/probes/replica",)
    if seen["listens"]:
        return passed(f"Started with PORT={seen['port']} it listened there.", evidence=pointer)
    return failed(f"Started with PORT={seen['port']} it did not listen there. {seen['why']}.", evidence=pointer)


def _seen(*, listens: bool) -> dict[str, dict[str, Any]]:
    return {"replica": {"port": 8123, "listens": listens, "why": "" if listens else "The port is taken"}}


CHECK = Check(
    id="reads_port_from_environment",
    version=1,
    title="Listens where PORT says",
    failed_title="Does not listen where PORT says",
    why=(
        "Cloud Run, Heroku and most platforms choose the port and say it in PORT. One that stands in the code also "
        "keeps a second copy from running on the same machine."
    ),
    fix="Start with --port ${PORT:-8000}, in a CMD that a shell runs, or read os.environ in the code.",
    category="deploy",
    weight=LOW,
    effort="minutes",
    level=3,
    judge=judge,
    needs=("replica",),
    examples=(
        Example("listens", Evidence("general", probes=_seen(listens=True)), "pass"),
        Example("fixed", Evidence("general", probes=_seen(listens=False)), "fail"),
    ),
)
