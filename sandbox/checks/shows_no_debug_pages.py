"""Are debuggers, administration and files of the server kept from strangers?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    seen = evidence.probe("exposure") or {}
    pointer = ("/probes/exposure",)
    said = [f"{row['path']} shows {row['what']}" for row in seen["open"]]
    if seen["debug_page"]:
        said.append("a path that does not exist shows a page for developers")
    if said:
        return failed(f"To anybody {', '.join(said[:3])}.", evidence=pointer)
    return passed(f"None of {seen['asked']} paths of debuggers, administration and files is open.", evidence=pointer)


def _seen(*found: str, page: bool = False) -> dict[str, dict[str, Any]]:
    rows = [{"path": path, "what": "a debug page"} for path in found]
    return {"exposure": {"asked": 18, "open": rows, "debug_page": page}}


CHECK = Check(
    id="shows_no_debug_pages",
    version=1,
    title="Shows no debug pages to strangers",
    failed_title="Shows debug pages to strangers",
    why=(
        "Robots ask every new address for /.env, /.git and debug consoles within minutes. What they find there are "
        "the keys of the database, or a prompt that runs their code."
    ),
    fix="Turn the debug mode off by a setting, serve only the folder meant for it, and put a login before /admin.",
    category="deploy",
    weight=HIGH,
    effort="minutes",
    level=1,
    judge=judge,
    needs=("exposure",),
    examples=(
        Example("closed", Evidence("general", probes=_seen()), "pass"),
        Example("debugger", Evidence("general", probes=_seen("/console")), "fail"),
        Example("debug mode", Evidence("general", probes=_seen(page=True)), "fail"),
    ),
)
