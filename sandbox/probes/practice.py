"""What the source itself shows of engineering practice: tests, workflow, licence, README, pinning, secrets.

Reads text only; nothing of the repository is imported or run. Document:
{tests: {files, functions}, ci: [{path, runs_tests}], licence: path|None, readme: {path, words, commands}|None,
 dependencies: {lock_files, manifests, declared, pinned}, secrets: [{where: "file:line", kind}]}
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.hygiene import authored, credentials, requirements, tests, workflows
from sandbox.hygiene.written import written
from sandbox.probes import Probe, SourceTarget
from sandbox.tree import Tree

LICENCE = re.compile(r"\A(licen[cs]e|copying|unlicense)([.-].*)?\Z", re.IGNORECASE)


def gather(target: SourceTarget) -> dict[str, Any]:
    """Read the tree once for each question."""
    tree, paths = target.tree, authored.paths(target.tree)
    return {
        "tests": tests.found(tree, paths),
        "ci": workflows.found(tree, paths),
        "licence": next((path for path in paths if "/" not in path and LICENCE.match(path)), None),
        "readme": _readme(tree),
        "dependencies": requirements.found(tree, paths),
        "secrets": credentials.found(tree, paths),
    }


def _readme(tree: Tree) -> dict[str, Any] | None:
    path = authored.readme(tree)
    if not path:
        return None
    text = tree.read(path)
    return {"path": path, "words": len(text.split()), "commands": len(written(text))}


PROBE = Probe("practice", 2, 0, "source", "What does the source show of engineering practice?", gather)
