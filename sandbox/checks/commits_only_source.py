"""Is only what people wrote in the repository?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    committed = (evidence.probe("hygiene") or {})["committed"]
    pointer = ("/probes/hygiene/committed",)
    kinds = committed["kinds"]
    if not kinds:
        if committed["ignores"]:
            return passed("Nothing that a machine made was committed, and a .gitignore keeps it so.", evidence=pointer)
        return passed(
            "Nothing that a machine made was committed, but no .gitignore keeps it so.", score=0.8, evidence=pointer
        )
    listed = ", ".join(f"{row['kind']} ({row['first']})" for row in kinds[:3])
    score = 0.0 if any(row["kind"] in ("installed packages", "an environment file") for row in kinds) else 0.4
    return failed(f"Committed: {listed}.", score=score, evidence=pointer)


def _committed(*kinds: dict[str, Any], ignores: bool = True) -> Evidence:
    return Evidence("general", probes={"hygiene": {"committed": {"ignores": ignores, "kinds": [*kinds], "large": []}}})


CHECK = Check(
    id="commits_only_source",
    version=1,
    title="Only source is committed",
    failed_title="What machines made is committed",
    why=(
        "Environments, caches and settings of one machine break on the next one, hide the real changes in a diff, and "
        "an .env file usually carries keys."
    ),
    fix="Add a .gitignore for your language, then `git rm -r --cached` what it names and commit.",
    category="practice",
    weight=MEDIUM,
    judge=judge,
    needs=("hygiene",),
    grade="static",
    effort="minutes",
    level=1,
    examples=(
        Example("clean", _committed(), "pass"),
        Example("clean by luck", _committed(ignores=False), "pass"),
        Example("venv", _committed({"kind": "installed packages", "files": 900, "first": "venv/bin/python"}), "fail"),
        Example("desktop", _committed({"kind": "a file of the desktop", "files": 1, "first": ".DS_Store"}), "fail"),
    ),
)
