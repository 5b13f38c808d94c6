"""Does readiness turn red when a data service goes, and green when it is back?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import CRITICAL, Check, Example, Finding, failed, not_applicable, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    seen = evidence.probe("dependencies") or {}
    services, ready, pointer = seen["services"], seen["ready"], ("/probes/dependencies/services",)
    if not services:
        return not_applicable("No data service runs beside it; one can be declared in assay.yaml under services.")
    if ready is None:
        return failed("No path says whether it is ready.", evidence=pointer)
    scores, said = [], []
    for row in services:
        name, red, green = row["name"], row["gone"]["red_after_s"], row["back"]["green_after_s"]
        if not row["gone"]["running"]:
            scores.append(0.0)
            said.append(f"it ended when {name} went")
        elif red is None or red > thresholds["red_s"]:
            scores.append(0.0)
            said.append(f"{ready} stayed green without {name}")
        elif green is None or green > thresholds["green_s"]:
            scores.append(0.5)
            said.append(f"{ready} turned red without {name} and did not turn green when it was back")
        else:
            scores.append(1.0)
            said.append(f"{ready} was red {red:.1f} s after {name} went and green {green:.1f} s after it was back")
    observed = f"{'; '.join(said)}."
    score = round(sum(scores) / len(scores), 2)
    result = passed if score == 1 else failed
    return result(observed[0].upper() + observed[1:], score=score, evidence=pointer)


def _seen(red: float | None, green: float | None, *, running: bool = True) -> dict[str, dict[str, Any]]:
    row = {"name": "db", "gone": {"running": running, "red_after_s": red}, "back": {"green_after_s": green}}
    return {"dependencies": {"ready": "/readyz", "services": [row]}}


CHECK = Check(
    id="notices_lost_dependency",
    version=1,
    title="Readiness follows the dependencies",
    failed_title="Readiness does not follow the dependencies",
    why=(
        "The platform killed each data service and started it again. A service that says it is ready while it cannot "
        "work gets all the requests, and one that never turns green again needs a human."
    ),
    fix="Ask each dependency in the readiness path, with a timeout of a second, and connect anew when it is back.",
    category="deploy",
    weight=CRITICAL,
    effort="hours",
    level=2,
    thresholds={"red_s": 15, "green_s": 15},
    judge=judge,
    needs=("dependencies",),
    examples=(
        Example("follows", Evidence("general", probes=_seen(0.3, 1.0)), "pass"),
        Example("stays green", Evidence("general", probes=_seen(None, 0.0)), "fail"),
        Example("stays red", Evidence("general", probes=_seen(0.2, None)), "fail"),
        Example("ended", Evidence("general", probes=_seen(0.2, None, running=False)), "fail"),
        Example(
            "alone",
            Evidence("general", probes={"dependencies": {"ready": "/health", "services": []}}),
            "not_applicable",
        ),
    ),
)
