"""A failed image build, explained: whose fault it is, which line, and what to do."""

from __future__ import annotations

import re

from sandbox.diagnosis.build_rules import ENGINE_RULES, STEP_RULES
from sandbox.diagnosis.rules import Match, first_match, readable, useful_lines
from sandbox.diagnosis.tracebacks import traceback_place
from sandbox.engine import BuildFailed
from sandbox.faults import HostFault, TeamFault
from sandbox.launch.stage import instructions
from sandbox.plan import Plan
from sandbox.pysource.distributions import normalise
from sandbox.pysource.requirements import decode
from sandbox.pysource.standard import gone_facts, said_gone
from sandbox.tree import Tree

_COMMAND = re.compile(r"^The command '", re.MULTILINE)
_FAILED = re.compile(r"' returned a non-zero code: \d{1,10}$", re.MULTILINE)
# What a package that is compiled asks for beside a compiler.
_TOOLS = re.compile(
    r"pg_config|mysql_config|mysqlclient|pkg-config|cmake|cargo|portaudio\.h|ffi\.h|xmlversion\.h|\bRust\b"
)
_STEP = re.compile(r"^Step \d+/\d+ : (?P<instruction>[^\n]*)", re.MULTILINE)


def diagnose(failure: BuildFailed, tree: Tree, plan: Plan) -> TeamFault | HostFault:
    """The fault behind a failed build; a TeamFault("build_failed") with the failing step when nothing is recognised."""
    message, log = readable(failure.message), readable(failure.log)
    started = list(_STEP.finditer(log))
    step = readable(failure.step) or (started[-1][0] if started else "")
    step = re.sub(r"^Step \d+/\d+ : ", "", step)
    output = log[started[-1].end() :] if started else log
    # The engine's own words first: a program in a RUN line cannot write those. That a command failed is no such word:
    # the message then quotes the command.
    found = None if _is_a_command(message) else first_match(ENGINE_RULES, message)
    detail = message if found else ""
    if found is None:
        found = first_match(STEP_RULES, f"{output}\n", step)
        detail = useful_lines(output, found.at) if found else ""
    if found is None:
        return TeamFault(
            "build_failed",
            f"The image could not be built: {_shown(step)} failed" if step else "The image could not be built",
            detail=useful_lines(f"{output}\n{message}"),
            fix="Run docker build in a fresh clone and correct the step that fails; its last lines are above.",
            where=_dockerfile_line(step, plan),
        )
    if found.rule.id == "standard_module_gone":
        found.groups.update(gone_facts(found.groups["module"], found.groups.get("name", "")))
    kind = HostFault if found.rule.owner == "host" else TeamFault
    fault = kind(
        found.rule.id, found.title, detail=detail, fix=found.fix, where=_where(found, tree, plan, step, output)
    )
    fault.facts = found.groups | _wanted_python(found, output)
    if found.rule.id == "compiler_missing":
        fault.facts["wanted"] = " ".join(dict.fromkeys(_TOOLS.findall(output)))
    if found.rule.id == "wheel_build_failed":
        _explain_wheel(fault, output)
    return fault


def _wanted_python(found: Match, output: str) -> dict[str, str]:
    """{"want": ">=3.8,<3.12"} when pip says that the version which was asked for is there for another Python."""
    version = found.groups.get("version", "")
    if found.rule.id != "dependency_not_found" or not version.startswith("=="):
        return {}
    said = re.search(rf"[\s:]{re.escape(version[2:])} Requires-Python (?P<want>[^;\n]{{1,60}})", output)
    return {"want": said["want"].strip()} if said else {}


def _explain_wheel(fault: TeamFault | HostFault, output: str) -> None:
    """What a package that is built from source misses of its Python or its setuptools, as facts and as advice."""
    package = fault.facts.get("package") or "The package"
    if gone := said_gone(output):
        fault.facts["want"] = gone["want"]
        fault.fix = (
            f"{package} is older than this Python: it wants {gone['package']}, which {gone['last']} was the last "
            f"to have. Use a newer {package}, or that Python (.python-version, or FROM python:{gone['last']}-slim)."
        )
    elif "No module named 'pkg_resources'" in output:
        fault.facts["absent"] = "pkg_resources"
        fault.fix = (
            f"{package} imports pkg_resources when it is built, which setuptools has no more since version 82. Use a "
            f"newer {package}, or build it with an older one: pip install --build-constraint FILE, with a line "
            "setuptools<81 in it."
        )


def _is_a_command(message: str) -> bool:
    """Whether the engine says that a command failed; two searches, as one would look from each of its starts."""
    begun = _COMMAND.search(message)
    return begun is not None and _FAILED.search(message, begun.end()) is not None


def _shown(step: str) -> str:
    """The start of a build step, for a title."""
    plain = re.sub(r"^/bin/sh -c ", "RUN ", " ".join(step.split()))
    return plain if len(plain) <= 80 else plain[:79] + "…"


def _where(found: Match, tree: Tree, plan: Plan, step: str, output: str) -> str | None:
    if found.rule.place == "requirement":
        package = re.sub(r"\[.*", "", found.groups.get("package", ""))
        return _requirement_line(package, tree.below(plan.context), plan) or _dockerfile_line(step, plan)
    if found.rule.place == "source":
        return _source_line(found.groups, tree, plan) or _dockerfile_line(step, plan)
    if found.rule.place == "dockerfile":
        line = found.groups.get("line", "")
        return f"{_dockerfile_name(plan)}:{line}" if line else _dockerfile_line(step, plan)
    return traceback_place(output, plan, tree)


def _source_line(groups: dict[str, str], tree: Tree, plan: Plan) -> str | None:
    """The repository's own path of a file that a compiler named by where it lies in the image, and the line."""
    parts = [part for part in groups.get("file", "").split("/") if part not in ("", ".")]
    for start in range(len(parts)):
        tail = "/".join(parts[start:])
        at = [path for path in (f"{plan.context}/{tail}" if plan.context else tail, tail) if path in tree]
        at += [path for path in tree.paths if path.endswith(f"/{tail}")] if not at else []
        if at:
            return f"{at[0]}:{groups['line']}" if groups.get("line") else at[0]
    return None


def _dockerfile_name(plan: Plan) -> str:
    return str(plan.hints.get("dockerfile") or "Dockerfile")


def _dockerfile_line(step: str, plan: Plan) -> str | None:
    """Where the failing step stands; None when the Dockerfile is a generated one, which the team has not."""
    if plan.buildpack != "dockerfile" or not step:
        return None
    wanted = _squeezed(re.sub(r"^(?:/bin/sh -c |[A-Z]+ )(?:--\S+ )*", "", step))
    for instruction in instructions(plan.dockerfile):
        text = _squeezed(instruction.arguments)
        if wanted and (text.startswith(wanted[:200]) or wanted.startswith(text[:200])) and text:
            return f"{_dockerfile_name(plan)}:{instruction.line}"
    return None


def _squeezed(text: str) -> str:
    return " ".join(text.replace("\\", " ").split())


def _requirement_line(package: str, tree: Tree, plan: Plan) -> str | None:
    """The line of a requirements file that names a package."""
    files = [path for path in tree.paths if re.search(r"(?:^|/)requirements[^/]*\.(?:txt|in)$", path)]
    prefix = f"{plan.context}/" if plan.context else ""
    for path in files[:20]:
        for number, line in enumerate(decode(tree.read(path)).splitlines(), start=1):
            name = re.match(r"\s*([A-Za-z0-9][\w.-]*)", line)
            if name and normalise(name[1]) == normalise(package):
                return f"{prefix}{path}:{number}"
    return None
