"""Can the README's commands be followed?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    commands = (evidence.probe("hygiene") or {})["commands"]
    pointer = ("/probes/hygiene/commands",)
    if not commands:
        return failed("The README gives no command to type.", evidence=pointer)
    broken = [row for row in commands if row["missing"]]
    if not broken:
        return passed(f"Everything that its {len(commands)} commands name is in the repository.", evidence=pointer)
    first = broken[0]
    return failed(
        f"{len(broken)} of {len(commands)} commands cannot work: `{first['command']}` needs {first['missing']}, "
        "which is not there.",
        score=round(0.5 * (1 - len(broken) / len(commands)), 2),
        evidence=pointer,
    )


def _commands(*missing: str) -> Evidence:
    rows: list[dict[str, Any]] = [
        {"command": f"command {number}", "missing": one} for number, one in enumerate(missing)
    ]
    return Evidence("general", probes={"hygiene": {"commands": rows}})


CHECK = Check(
    id="readme_commands_exist",
    version=1,
    title="The README's commands can be followed",
    failed_title="The README's commands cannot be followed",
    why=(
        "The README is the first thing that an employer tries. A command that names a file, a script or a target that "
        "is not there is where most of them stop."
    ),
    fix="Clone your repository into an empty folder and type what the README says, line by line.",
    category="practice",
    weight=MEDIUM,
    follows="explains_how_to_run",
    judge=judge,
    needs=("hygiene",),
    grade="static",
    effort="minutes",
    level=1,
    examples=(
        Example("all there", _commands("", ""), "pass"),
        Example("one missing", _commands("", "requirements.txt"), "fail"),
        Example("no commands", _commands(), "fail"),
    ),
)
