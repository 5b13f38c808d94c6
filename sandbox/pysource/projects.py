"""pyproject.toml, Pipfile, environment.yml and lock files, all turned into requirement lines and version pins."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import yaml
from packaging.version import InvalidVersion, Version

from sandbox.pysource.conda import from_export, is_exported, pip_name
from sandbox.pysource.distributions import normalise
from sandbox.pysource.requirements import parse_requirement
from sandbox.tree import Tree

# The reader of YAML is slow, and builds whatever it is told to.
CONDA_CHARACTERS = 64 * 1024


def toml(tree: Tree, path: str) -> dict[str, Any]:
    """The TOML document, {} when it is not there or does not parse."""
    try:
        return tomllib.loads(tree.read(path).removeprefix("\ufeff"))
    except (ValueError, RecursionError):  # an integer may also have more digits than Python reads
        return {}


def table(document: Any, *keys: str) -> dict[str, Any]:
    """A nested table, {} when anything on the way is missing or is no table."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document if isinstance(document, dict) else {}


def strings(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def pyproject_requirements(document: dict[str, Any]) -> list[str]:
    """PEP 621 dependencies, else Poetry's, as requirement lines."""
    project = strings(table(document, "project").get("dependencies"))
    poetry = table(document, "tool", "poetry", "dependencies")
    return project or [line for name, spec in poetry.items() if (line := poetry_requirement(name, spec))]


def poetry_requirement(name: str, spec: Any) -> str:
    """One Poetry or Pipfile dependency as a PEP 508 line, "" for Python itself and what is optional or local."""
    if normalise(name) == "python" or isinstance(spec, list):
        return "" if normalise(name) == "python" else name
    extras, version, marker = "", spec, ""
    if isinstance(spec, dict):
        if spec.get("optional") or "path" in spec:
            return ""
        if "git" in spec:
            revision = spec.get("rev") or spec.get("tag") or spec.get("branch") or spec.get("ref")
            return f"{name} @ git+{spec['git']}" + (f"@{revision}" if revision else "")
        extras = f"[{','.join(strings(spec.get('extras')))}]" if spec.get("extras") else ""
        version, marker = spec.get("version", "*"), str(spec.get("markers") or "")
    line = f"{name}{extras}{pep440(str(version))}" + (f" ; {marker}" if marker else "")
    return line if parse_requirement(line) else name


def pep440(constraint: str) -> str:
    """Poetry's "^1.2", "~1.2", "1.2.3", "*" as a PEP 440 specifier; anything else is taken as it is."""
    parts = []
    for part in (piece.strip() for piece in constraint.split(",")):
        match = re.fullmatch(r"(\^|~|==?)?\s*v?(\d[\w.]*)", part)
        if part in ("*", ""):
            continue
        if match is None or match[1] == "==":
            parts.append(part)
        elif match[1] in ("^", "~"):
            parts.append(f">={match[2]},<{_ceiling(match[1], match[2])}")
        else:
            parts.append(f"=={match[2]}")
    return ",".join(parts)


def _ceiling(sign: str, version: str) -> str:
    """The first version that a caret or tilde excludes."""
    try:
        release = list(Version(version).release)
    except InvalidVersion:
        release = [0]
    if sign == "~":
        kept = release[: min(2, len(release))]
    else:
        first = next((index for index, number in enumerate(release) if number), len(release) - 1)
        kept = release[: first + 1]
    kept[-1] += 1
    return ".".join(map(str, kept))


def pipfile_requirements(document: dict[str, Any]) -> list[str]:
    return [line for name, spec in table(document, "packages").items() if (line := poetry_requirement(name, spec))]


def conda_requirements(text: str) -> list[str]:
    """The packages of an environment.yml as requirement lines, build strings dropped; none of one that is no list."""
    try:
        document = yaml.safe_load(text) if len(text) <= CONDA_CHARACTERS else None
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError):
        return []
    dependencies = document.get("dependencies") if isinstance(document, dict) else None
    lines: list[str] = []
    for item in dependencies if isinstance(dependencies, list) else []:
        if isinstance(item, dict):
            lines.extend(strings(item.get("pip")))
        elif isinstance(item, str):
            if is_exported(item):  # with a build string, which tells a library that only conda has
                lines += [f"{line}.*"] if (line := from_export(item)) else []
                continue
            match = re.match(r"^(?:[\w.-]+::)?([\w.-]+)\s*(?:=+\s*([\w.*]+))?", item)
            if match and (name := pip_name(match[1])):
                lines.append(f"{name}=={match[2].rstrip('.*')}.*" if match[2] and "*" not in match[2] else name)
    return lines


def lock_pins(tree: Tree, path: str) -> dict[str, str]:
    """Distribution -> version of a uv, Poetry, PDM or Pipfile lock; what is locked in two versions is left out."""
    if path.endswith("Pipfile.lock"):
        try:
            default = table(json.loads(tree.read(path)), "default")
        except (ValueError, RecursionError):
            return {}
        entries = [(name, str(table(default, name).get("version", "")).removeprefix("==")) for name in default]
    else:
        packages = toml(tree, path).get("package")
        rows = [row for row in packages if isinstance(row, dict)] if isinstance(packages, list) else []
        named = [row for row in rows if not {"editable", "virtual", "directory"} & set(table(row, "source"))]
        entries = [(str(row.get("name", "")), str(row.get("version", ""))) for row in named]
    pins: dict[str, str] = {}
    twice: set[str] = set()
    for name, version in entries:
        if name and version:
            twice |= {normalise(name)} if pins.get(normalise(name), version) != version else set()
            pins[normalise(name)] = version
    return {name: version for name, version in pins.items() if name not in twice}
