"""Is everything that its own OpenAPI document forbids refused, quickly and politely?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_applicable, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    errors = evidence.probe("errors") or {}
    sent = errors.get("described")
    if not sent:
        return not_applicable("It has no OpenAPI document that forbids anything of a GET or a POST.")
    slow_ms = thresholds["seconds"] * 1000
    bad = [row for row in sent if not _is_refused(row) or row["leaks_traceback"] or (row["ms"] or 0.0) > slow_ms]
    pointer = ("/probes/errors/described",)
    good = len(sent) - len(bad)
    observed = f"{good} of {len(sent)} requests that its OpenAPI document forbids were refused with 4xx."
    if not errors.get("alive", True):
        return failed(f"{observed} The service did not survive them.", evidence=pointer)
    if not bad:
        return passed(observed, evidence=pointer)
    row = bad[0]
    observed += f" {row['method']} {row['path']} ({row['kind']}) got {row['status'] or 'no answer'}."
    return failed(observed, score=round(0.9 * good / len(sent), 2), evidence=pointer)


def _is_refused(row: dict[str, Any]) -> bool:
    return row["status"] is not None and 400 <= row["status"] < 500


def _row(status: int, ms: float = 2.0) -> dict[str, Any]:
    return {
        "method": "POST",
        "path": "/a",
        "kind": "without b",
        "status": status,
        "ms": ms,
        "leaks_traceback": False,
    }


CHECK = Check(
    id="rejects_what_its_schema_forbids",
    version=1,
    title="Refuses what its own schema forbids",
    failed_title="Accepts or breaks on what its own schema forbids",
    why=(
        "The schema is a promise to those who write clients. Up to forty requests were made from it, each with one "
        "thing wrong: what gets through is found in the database later, what breaks is an error page."
    ),
    fix="Validate with the models that the document is made from, and let no handler parse a body by itself.",
    category="deploy",
    weight=HIGH,
    effort="hours",
    level=2,
    thresholds={"seconds": 2},
    judge=judge,
    needs=("errors",),
    examples=(
        Example("refused", Evidence("general", probes={"errors": {"described": [_row(422)]}}), "pass"),
        Example("accepted", Evidence("general", probes={"errors": {"described": [_row(422), _row(200)]}}), "fail"),
        Example("broken", Evidence("general", probes={"errors": {"described": [_row(500)]}}), "fail"),
        Example("slow", Evidence("general", probes={"errors": {"described": [_row(422, 4000.0)]}}), "fail"),
        Example("no document", Evidence("general", probes={"errors": {"described": None}}), "not_applicable"),
    ),
)
