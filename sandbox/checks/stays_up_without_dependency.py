"""Does it live on while a data service is gone, and work again once it is back?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_applicable, passed


def _judged(seen: dict[str, Any], row: dict[str, Any]) -> tuple[float, str]:
    name, gone, back = row["name"], row["gone"], row["back"]
    if not gone["running"]:
        return 0.0, f"its process ended when {name} was gone"
    live = gone["paths"].get(seen["live"] or "")
    if live is not None and live["why"]:
        return 0.3, f"{seen['live']} turned red without {name}, so that it would be restarted for nothing"
    silent = [path for path, answer in gone["paths"].items() if answer["status"] is None]
    if silent:
        return 0.4, f"{silent[0]} was not answered at all without {name}"
    if back["green_after_s"] is None and seen["ready"]:
        return 0.5, f"it did not find {name} again when it was back"
    return 1.0, f"it lived on without {name}"


def judge(evidence: Evidence) -> Finding:
    seen = evidence.probe("dependencies") or {}
    services, pointer = seen["services"], ("/probes/dependencies/services",)
    if not services:
        return not_applicable("No data service runs beside it; one can be declared in assay.yaml under services.")
    judged = [_judged(seen, row) for row in services]
    said = "; ".join(text for _, text in judged)
    score = round(sum(score for score, _ in judged) / len(judged), 2)
    observed = f"{said[0].upper()}{said[1:]}."
    return passed(observed, evidence=pointer) if score == 1 else failed(observed, score=score, evidence=pointer)


def _seen(green: float | None = 0.5, *, running: bool = True, live: str = "") -> dict[str, dict[str, Any]]:
    paths = {"/livez": {"status": 200, "why": live}, "/items": {"status": 503, "why": "answered 503"}}
    row = {"name": "db", "gone": {"running": running, "paths": paths}, "back": {"green_after_s": green}}
    return {"dependencies": {"ready": "/readyz", "live": "/livez", "services": [row]}}


CHECK = Check(
    id="stays_up_without_dependency",
    version=1,
    title="Lives on while a dependency is gone",
    failed_title="Goes down with a dependency",
    why=(
        "Databases restart. A service that ends with its database, or has to be restarted afterwards, turns a minute "
        "of one into an outage of both."
    ),
    fix="Catch connection errors where they happen, answer 503, and take connections from a pool that opens new ones.",
    category="deploy",
    weight=HIGH,
    effort="hours",
    level=2,
    judge=judge,
    needs=("dependencies",),
    examples=(
        Example("lives on", Evidence("general", probes=_seen()), "pass"),
        Example("ended", Evidence("general", probes=_seen(running=False)), "fail"),
        Example("liveness red", Evidence("general", probes=_seen(live="answered 503")), "fail"),
        Example("never comes back", Evidence("general", probes=_seen(None)), "fail"),
        Example(
            "alone",
            Evidence("general", probes={"dependencies": {"ready": None, "live": None, "services": []}}),
            "not_applicable",
        ),
    ),
)
