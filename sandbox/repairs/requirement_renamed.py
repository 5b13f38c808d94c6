"""A name that pip does not know, in a team's own Dockerfile or a file that it installs: what was meant is installed.

A generated Dockerfile never has such a name: its requirements are read beforehand.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

from sandbox.plan import Plan
from sandbox.pysource.misnamed import renamed
from sandbox.pysource.requirements import decode, parse_requirement
from sandbox.repairs import Broken, Repair
from sandbox.tree import Tree

_INSTALL = re.compile(r"^(?P<run>[ \t]*RUN[ \t]+)(?P<rest>(?:[^\n]*\\[ \t]*\n)*[^\n]*)$", re.MULTILINE)
_PIP = re.compile(r"\bpip3?\b[^\n]*\binstall\b")
_LISTED = re.compile(r"(?:^|/)requirements[^/]*\.txt$")
_MOST_FILES, _MOST_NAMES = 8, 20
_FILES = re.compile(r"(?:-r|--requirement)[ =]{0,3}(?P<path>[\w./-]{1,120})")


def mend(broken: Broken) -> tuple[Plan, str] | None:
    name = broken.fault.facts.get("package", "")
    requirement = parse_requirement(name)
    meant = renamed(requirement) if requirement is not None else None
    if meant is None:
        return None
    exchanged = {name: meant} | _others(broken.tree)
    text = _INSTALL.sub(lambda line: line["run"] + _mended(line["rest"], exchanged), broken.plan.dockerfile)
    if text == broken.plan.dockerfile:
        return None
    told = [
        f"{new} was installed for {old}" if new else f"{old}, which Python brings, was left out"
        for old, new in sorted(exchanged.items())
    ]
    why = f"For pip {'; '.join(told)}. Write the requirements by the names that pip knows."
    return replace(broken.plan, dockerfile=text), why


def _others(tree: Tree) -> dict[str, str]:
    """What else the repository's requirements files call by such a name: one retry has to do for all."""
    found: dict[str, str] = {}
    for path in [one for one in tree.paths if _LISTED.search(one)][:_MOST_FILES]:
        for line in decode(tree.read(path)).splitlines():
            requirement = parse_requirement(line.partition("#")[0])
            if requirement is not None and (meant := renamed(requirement)) is not None:
                found[requirement.name] = re.split(r"[=<>!~]", meant)[0]
    return dict(list(found.items())[:_MOST_NAMES])


def _mended(command: str, exchanged: dict[str, str]) -> str:
    """A RUN line's command with the name exchanged in its words, and in files of requirements before pip reads them."""
    if not _PIP.search(command.replace("\\\n", " ")):
        return command
    changed, scripts = command, []
    for name, meant in exchanged.items():
        version = r"(?:==0\.0[\w.]*)?" if meant else r"(?:[=<>~!]=?[\w.*,]{1,40})?"
        word = re.compile(rf"(?<=[\s'\"]){re.escape(name)}{version}(?=$|[\s'\";&|=<>~!])", re.MULTILINE)
        changed = word.sub(meant, changed)
        ends = r"([^A-Za-z0-9_.-]|$)"
        scripts.append(rf"s/^{name}(==0\.0[a-z0-9.]*)?{ends}/{meant}\2/" if meant else rf"/^{name}{ends}/d")
    files = dict.fromkeys(found["path"] for found in _FILES.finditer(command)) if command[0] != "[" else {}
    script = shlex.quote("; ".join(scripts))
    return "".join(f"sed -i -E {script} {path} && " for path in files) + changed


REPAIR = Repair("requirement_renamed", 10, frozenset({"requirement_misnamed"}), mend)
