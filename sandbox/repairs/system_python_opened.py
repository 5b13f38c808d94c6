"""A base image whose Python is the system's alone (PEP 668): pip may install into it all the same, as it once could."""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.launch.stage import instructions, last_stage
from sandbox.plan import Plan
from sandbox.repairs import Broken, Repair

_ALLOWS = "ENV PIP_BREAK_SYSTEM_PACKAGES=1"


def mend(broken: Broken) -> tuple[Plan, str] | None:
    text = broken.plan.dockerfile
    found = instructions(text)
    if _ALLOWS in text or not any(re.search(r"\bpip3?\b", one.arguments) for one in found if one.keyword == "RUN"):
        return None
    lines = text.split("\n")
    for one in reversed([one for one in found if one.keyword == "FROM"]):
        lines.insert(one.line, _ALLOWS)
    why = (
        f"pip was let install into the Python of {last_stage(text).base}, which is kept for the system's own packages. "
        "Start from python:3.12-slim, or make a virtual environment first (python3 -m venv /venv) and install there."
    )
    return replace(broken.plan, dockerfile="\n".join(lines)), why


REPAIR = Repair("system_python_opened", 15, frozenset({"externally_managed"}), mend)
