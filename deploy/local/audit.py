"""The audit of what we depend on: known holes where an advisory service answers, else what can be known without one.

Every pin of `constraints.txt` is looked at. Without a service the substitute says so, and asks what pip's own index
knows: each pin is still offered and not withdrawn (PEP 592), the environment holds exactly the pins, and they agree.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

CONSTRAINTS = Path(__file__).parents[2] / "constraints.txt"
ASK_S = 300


def main() -> int:
    """Exit status 0 when nothing is known against any pin; each finding is a line."""
    found = advisories(_pip_audit())
    if found is None:
        print("No advisory service answers here: pins are audited without one (withdrawn, missing, in conflict).")
        found = [*withdrawn(_resolved()), *unpinned(_pins(), _installed()), *_conflicts()]
    else:
        found += unpinned(_pins(), _installed())
    print("\n".join(found) or f"Nothing is known against the {len(_pins())} pins.")
    return 1 if found else 0


def advisories(report: dict[str, Any] | None) -> list[str] | None:
    """A line for each known hole in the report of pip-audit; None when no dependency could be looked up."""
    dependencies = (report or {}).get("dependencies") or []
    if not any("vulns" in one for one in dependencies):
        return None
    return [
        f"{one['name']} {one['version']} has {hole['id']}: use {' or '.join(hole['fix_versions']) or 'something else'}."
        for one in dependencies
        for hole in one.get("vulns", ())
    ]


def withdrawn(report: dict[str, Any] | None) -> list[str]:
    """A line for each pin that its index has withdrawn; one line when pip could not find them all."""
    if report is None:
        return ["The index does not answer, or does not offer every pin."]
    return [
        f"{one['metadata']['name']} {one['metadata']['version']} was withdrawn from its index."
        for one in report["install"]
        if one.get("is_yanked")
    ]


def unpinned(pins: dict[str, str], installed: dict[str, str]) -> list[str]:
    """A line for each pin that is installed in another version: what runs is not what was audited."""
    return [
        f"{name} {installed[name]} is installed, and constraints.txt pins {version}."
        for name, version in sorted(pins.items())
        if installed.get(name, version) != version
    ]


def _pip_audit() -> dict[str, Any] | None:
    command = ["-m", "pip_audit", "--disable-pip", "--no-deps", "--progress-spinner", "off", "--format", "json"]
    return _report([*command, "--requirement", str(CONSTRAINTS)])


def _resolved() -> dict[str, Any] | None:
    options = ["--dry-run", "--no-deps", "--ignore-installed", "--disable-pip-version-check"]
    return _report(["-m", "pip", "install", "--quiet", *options, "--report", "-", "--requirement", str(CONSTRAINTS)])


def _conflicts() -> Iterator[str]:
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    yield from done.stdout.splitlines() if done.returncode else ()


def _report(arguments: list[str]) -> dict[str, Any] | None:
    """The JSON document that a command printed, with status 0 or 1; None when it printed none."""
    try:
        done = subprocess.run(
            [sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=ASK_S, cwd="/"
        )
        document = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return None
    except ValueError:
        print(done.stderr.strip(), file=sys.stderr)
        return None
    return document if isinstance(document, dict) else None


def _pins() -> dict[str, str]:
    """{normalised name: version} of the pins that this interpreter needs."""
    lines = (line.partition("#")[0].strip() for line in CONSTRAINTS.read_text(encoding="utf-8").splitlines())
    wanted = [Requirement(line) for line in lines if line]
    return {
        _normal(one.name): str(one.specifier).removeprefix("==")
        for one in wanted
        if one.marker is None or one.marker.evaluate()
    }


def _installed() -> dict[str, str]:
    return {_normal(one.name): one.version for one in metadata.distributions()}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
