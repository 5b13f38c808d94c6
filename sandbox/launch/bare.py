"""A plan for a repository whose start is known and whose kind no buildpack recognises: packages, source, that start."""

from __future__ import annotations

import json
import re

from sandbox.launch.command import shell
from sandbox.plan import Plan
from sandbox.pysource.image import python_image
from sandbox.pysource.manifests import find_manifest
from sandbox.pysource.survey import Survey
from sandbox.pysource.version import choose_python
from sandbox.tree import Tree

VERSION = 1
NODE = "20"
# Where a service of an unknown kind may listen when it does not follow PORT.
PORTS = (8000, 5000, 3000, 8080)


def bare_plan(tree: Tree, start: str, why: str) -> Plan | None:
    """The plan that installs what the manifests list and runs `start` at the root of the tree.

    None when the tree is neither Python's nor Node's.
    """
    if "package.json" in tree and not re.search(r"\bpython|\.py\b", start):
        return _node(tree, start, why)
    if any(path.endswith(".py") for path in tree.paths):
        return _python(tree, start, why)
    return None


def _node(tree: Tree, start: str, why: str) -> Plan:
    argv = shell(start)
    lines = [
        f"FROM node:{NODE}-slim",
        "RUN install --directory --owner=node --group=node /app",
        "USER node",
        "WORKDIR /app",
        "COPY --chown=node:node . /app",
        f"RUN npm {'ci' if 'package-lock.json' in tree else 'install'}",
        "EXPOSE 8000",
        f"CMD {json.dumps(list(argv))}",
    ]
    return Plan(
        buildpack="node",
        version=VERSION,
        dockerfile="\n".join(lines) + "\n",
        start=argv,
        ports=PORTS,
        runtime=f"Node.js {NODE}",
        why=(why, "package.json lists the packages."),
    )


def _python(tree: Tree, start: str, why: str) -> Plan:
    argv = shell(start)
    manifest = find_manifest(tree, "", Survey.of(tree).parsed)
    python = choose_python(tree, "", manifest.requirements)
    return Plan(
        buildpack="python",
        version=VERSION,
        dockerfile=python_image(python=python.version, manifest=manifest, argv=argv, port=8000),
        start=argv,
        ports=PORTS,
        files=dict(manifest.files),
        runtime=f"Python {python.version}",
        why=(why, manifest.why, python.why),
        repairs=manifest.notes,
    )
