"""Packages whose own description pip refuses since 24.1: they are installed by a pip from before that."""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.launch.stage import instructions
from sandbox.plan import Plan
from sandbox.repairs import Broken, Repair

_OLDER = "'pip<24.1'"
# "pip install -U setuptools pip", by which a Dockerfile asks for today's.
_RENEWS = re.compile(
    r"(\bpip3?\s+install\s+(?:-\S+\s+)*(?:-U|--upgrade)\s+(?:(?!pip\b)[\w.-]+\s+)*)pip(?=\s|$|[;&])", re.MULTILINE
)
_INSTALLS = re.compile(r"\bpip3?\s+install\b")


def mend(broken: Broken) -> tuple[Plan, str] | None:
    text = broken.plan.dockerfile
    found = instructions(text)
    first = next((one for one in found if one.keyword == "RUN" and _INSTALLS.search(one.arguments)), None)
    if first is None or _OLDER in text:
        return None
    made = _RENEWS.sub(rf"\1{_OLDER}", text)
    if made == text:
        before = [one for one in found if one.line < first.line]
        stage = next((at for at in reversed(range(len(before))) if before[at].keyword == "FROM"), 0)
        user = next((one.arguments for one in reversed(before[stage:]) if one.keyword == "USER"), "root")
        line = f"RUN pip install {_OLDER}"
        lines = text.split("\n")
        lines[first.line - 1 : first.line - 1] = [line] if user == "root" else ["USER root", line, f"USER {user}"]
        made = "\n".join(lines)
    package = broken.fault.facts.get("package") or "a package"
    why = (
        f"pip from before 24.1 was used, which still takes {package} as it is pinned. "
        f"Pin a newer {package}: today's pip refuses how this one describes itself."
    )
    return replace(broken.plan, dockerfile=made), why


REPAIR = Repair("older_pip", 6, frozenset({"metadata_refused"}), mend)
