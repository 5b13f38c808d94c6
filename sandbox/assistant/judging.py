"""What the checks of applications that call models have in common: when there is nothing to judge, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import Finding, not_applicable, not_shown

ROUTE = {"path": "/ask", "method": "POST", "user": {"header": "X-User-Id"}}
PROBES = (
    *("ai_documents", "ai_retrieval", "ai_injection", "ai_streaming", "ai_cache", "ai_variants"),
    *("ai_metrics", "ai_feedback", "ai_structure", "ai_faults", "ai_hanging", "ai_limit", "ai_assignment"),
)
# Statuses that say honestly that the service cannot answer now.
HONEST = (429, 502, 503, 504)


def unasked(evidence: Evidence) -> Finding | None:
    """The finding where no model is called, or no route that calls one was found; None when there is one."""
    document = evidence.probe("ai_ask") or {}
    if not document.get("offered"):
        return not_applicable("The repository calls no model that the sandbox's gateway could answer for.")
    if document.get("route") is None:
        return not_shown("No request was found that leads to a call of a model: declare `ai.ask` in assay.yaml.")
    return None


def uncounted(evidence: Evidence) -> Finding | None:
    """The same where, besides, the application is asked by its own page, which has no place for series of a team's."""
    seen = evidence.probe("ai_metrics") or {}
    if (nothing := unasked(evidence)) is None and seen["page"] is None:
        return not_shown("It is asked by its own page, and no metrics of its own were found: serve /metrics beside it.")
    return nothing


def evidence_of(**probes: dict[str, Any]) -> Evidence:
    """Evidence of an application whose route is known, for the examples of a check."""
    return Evidence("ai", probes={"ai_ask": {"offered": True, "route": ROUTE}, **probes})


def no_models() -> Evidence:
    """Evidence of an application that calls none, in which each probe found nothing to ask."""
    return Evidence("ai", probes={"ai_ask": {"offered": False}} | {probe: {"asked": False} for probe in PROBES})


def listed(names: Iterable[str]) -> str:
    """Names for a sentence."""
    rows = list(names)
    return ", ".join(rows[:-1]) + (" and " if len(rows) > 1 else "") + rows[-1] if rows else "none"


def seconds(ms: float | None) -> str:
    return "?" if ms is None else f"{ms / 1000:.1f} s"
