"""Is the history free of keys, also of those that were deleted later?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, inconclusive, not_applicable, passed


def judge(evidence: Evidence) -> Finding:
    leaks = (evidence.source.get("history") or {}).get("leaks")
    pointer = ("/source/history/leaks",)
    if leaks is None:
        return not_applicable("The source came without a history.")
    if not leaks["searched"]:
        return inconclusive("The history was too long to search in time.")
    found = leaks["found"]
    if not found:
        return passed("No commit has a line that looks like a key.", evidence=pointer)
    places = ", ".join(f"{row['path']} in {row['commit']}" for row in found[:3])
    return failed(f"Something that looks like a key stood in {places}.", evidence=pointer)


def _leaks(*found: dict[str, Any], searched: bool = True) -> Evidence:
    return Evidence("general", source={"history": {"leaks": {"searched": searched, "found": [*found]}}})


CHECK = Check(
    id="history_keeps_no_secrets",
    version=1,
    title="No key ever stood in the history",
    failed_title="A key stands in the history",
    why=(
        "Deleting a key in a later commit deletes nothing: everybody who cloned the repository has it, and scanners "
        "read every commit."
    ),
    fix="Revoke the key at its provider today; then, if you like, take it out of the history with git filter-repo.",
    category="practice",
    weight=HIGH,
    judge=judge,
    needs=(),
    grade="static",
    effort="minutes",
    level=1,
    examples=(
        Example("clean", _leaks(), "pass"),
        Example("key", _leaks({"commit": "1a2b3c4", "path": "config.py"}), "fail"),
        Example("too long", _leaks(searched=False), "inconclusive"),
        Example("archive", Evidence("general"), "not_applicable"),
    ),
)
