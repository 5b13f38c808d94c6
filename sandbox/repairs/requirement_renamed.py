"""A name that pip does not know, in a team's own Dockerfile or a file that it installs: what was meant is installed.

A generated Dockerfile never has such a name: its requirements are read beforehand.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

from sandbox.plan import Plan
from sandbox.pysource.misnamed import renamed
from sandbox.pysource.requirements import parse_requirement
from sandbox.repairs import Broken, Repair

_INSTALL = re.compile(r"^(?P<run>[ \t]*RUN[ \t]+)(?P<rest>(?:[^\n]*\\[ \t]*\n)*[^\n]*)$", re.MULTILINE)
_PIP = re.compile(r"\bpip3?\b[^\n]*\binstall\b")
_FILES = re.compile(r"(?:-r|--requirement)[ =]{0,3}(?P<path>[\w./-]{1,120})")


def mend(broken: Broken) -> tuple[Plan, str] | None:
    name = broken.fault.facts.get("package", "")
    requirement = parse_requirement(name)
    meant = renamed(requirement) if requirement is not None else None
    if meant is None:
        return None
    text = _INSTALL.sub(lambda line: line["run"] + _mended(line["rest"], name, meant), broken.plan.dockerfile)
    if text == broken.plan.dockerfile:
        return None
    why = (
        f"{meant} was installed where {name} was asked for, a name that pip does not know. Write {meant} there."
        if meant
        else f"{name} was left out of what pip installs, since Python brings it along. Delete it there."
    )
    return replace(broken.plan, dockerfile=text), why


def _mended(command: str, name: str, meant: str) -> str:
    """A RUN line's command with the name exchanged in its words, and in files of requirements before pip reads them."""
    if not _PIP.search(command.replace("\\\n", " ")):
        return command
    version = r"(?:==0\.0[\w.]*)?" if meant else r"(?:[=<>~!]=?[\w.*,]{1,40})?"
    word = re.compile(rf"(?<=[\s'\"]){re.escape(name)}{version}(?=$|[\s'\";&|=<>~!])", re.MULTILINE)
    changed = word.sub(meant, command)
    ends = r"([^A-Za-z0-9_.-]|$)"
    script = rf"s/^{name}(==0\.0[a-z0-9.]*)?{ends}/{meant}\2/" if meant else rf"/^{name}{ends}/d"
    files = dict.fromkeys(found["path"] for found in _FILES.finditer(command)) if command[0] != "[" else {}
    return "".join(f"sed -i -E {shlex.quote(script)} {path} && " for path in files) + changed


REPAIR = Repair("requirement_renamed", 10, frozenset({"requirement_misnamed"}), mend)
