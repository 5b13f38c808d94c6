"""Does it work where nothing outside can be reached?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    tried = (evidence.probe("logs") or {}).get("ways_out", [])
    refused = [row for row in (evidence.probe("scenario") or {}).get("refused", []) if (row["status"] or 500) >= 500]
    pointer = ("/probes/logs/ways_out", "/probes/scenario/refused")
    if not tried:
        return passed("It ran with no way out of the sandbox, and its log misses nothing outside.", evidence=pointer)
    if not refused:
        return passed("Its log misses an address outside; what it was asked, it answered all the same.", score=0.8)
    row = refused[0]
    observed = f"{row['method']} {row['path']} fails where nothing outside can be reached. Its log says: {tried[0]}"
    return failed(observed.rstrip(".")[:300] + ".", score=0.2, evidence=pointer)


def _seen(tried: list[str], refused: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {"logs": {"ways_out": tried}, "scenario": {"refused": refused}}


CHECK = Check(
    id="works_without_egress",
    version=1,
    title="Works without the internet",
    failed_title="Needs the internet at run time",
    why=(
        "Every run here has no way out. What is fetched at run time — a model, a font, a rate — is missing in a closed "
        "network, and on the day on which its host is down."
    ),
    fix="Put models and data into the image when it is built, and answer with a fallback where a host is not reached.",
    category="deploy",
    weight=MEDIUM,
    effort="hours",
    level=2,
    judge=judge,
    needs=("logs", "scenario"),
    examples=(
        Example("alone", Evidence("general", probes=_seen([], [])), "pass"),
        Example("with a fallback", Evidence("general", probes=_seen(["no such host"], [])), "pass"),
        Example(
            "fails",
            Evidence("general", probes=_seen(["no such host"], [{"method": "GET", "path": "/rates", "status": 500}])),
            "fail",
        ),
    ),
)
