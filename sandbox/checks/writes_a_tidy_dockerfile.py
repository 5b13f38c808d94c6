"""Would a reviewer accept the Dockerfile?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_applicable, passed

# What one remark costs: a secret in a layer more than a matter of order.
COSTS = {"secret": 0.6, "pipes to a shell": 0.3, "runs as root": 0.3, "world-writable": 0.2}
COST = 0.15
GOOD = 0.7


def judge(evidence: Evidence) -> Finding:
    files = (evidence.probe("hygiene") or {})["dockerfiles"]
    if not files:
        return not_applicable("There is no Dockerfile: Assay wrote one.")
    remarks = [(row["path"], remark) for row in files for remark in row["remarks"]]
    if not remarks:
        return passed("Nothing to remark.", evidence=("/probes/hygiene/dockerfiles",))
    rules = {remark["rule"] for _, remark in remarks}
    score = max(0.0, round(1 - sum(COSTS.get(rule, COST) for rule in rules), 2))
    path, first = max(remarks, key=lambda one: COSTS.get(one[1]["rule"], COST))
    observed = f"{len(rules)} remark{'s' if len(rules) > 1 else ''}. {path}:{first['line']}: {first['text']}"
    places = tuple(f"{where}:{remark['line']}" for where, remark in remarks[:5])
    if score >= GOOD:
        return passed(observed, score=score, fix=first["text"], evidence=places)
    return failed(observed, score=score, fix=first["text"], evidence=places)


def _remarks(*rules: str) -> Evidence:
    remarks: list[dict[str, Any]] = [{"rule": rule, "line": 3, "text": f"About {rule}."} for rule in rules]
    return Evidence("general", probes={"hygiene": {"dockerfiles": [{"path": "Dockerfile", "remarks": remarks}]}})


CHECK = Check(
    id="writes_a_tidy_dockerfile",
    version=1,
    title="The Dockerfile is tidy",
    failed_title="The Dockerfile needs a review",
    why=(
        "A Dockerfile decides what runs, as whom, and how long every build takes. The remarks are those of Docker's "
        "own list of best practices."
    ),
    fix="Take the remarks one by one: a USER, packages before the source, CMD as a JSON list, no secrets in ENV.",
    category="build",
    weight=MEDIUM,
    judge=judge,
    needs=("hygiene",),
    grade="static",
    effort="minutes",
    level=2,
    examples=(
        Example("clean", _remarks(), "pass"),
        Example("one remark", _remarks("ADD"), "pass"),
        Example("a secret", _remarks("secret"), "fail"),
        Example("many", _remarks("runs as root", "shell form", "apt lists stay"), "fail"),
        Example("none", Evidence("general", probes={"hygiene": {"dockerfiles": []}}), "not_applicable"),
    ),
)
