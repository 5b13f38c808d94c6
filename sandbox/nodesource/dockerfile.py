"""The stage of a generated Dockerfile in which a Node.js package is installed and built."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping

from sandbox.nodesource.candidates import Candidate
from sandbox.nodesource.packages import Package
from sandbox.nodesource.scripts import OPERATORS
from sandbox.nodesource.version import Node
from sandbox.tree import Tree

# Packages whose install compiles when no ready-made binary can be downloaded, which builds may not be able to.
_COMPILED = {
    "argon2", "bcrypt", "better-sqlite3", "bufferutil", "canvas", "deasync", "farmhash", "grpc", "libpq", "libxmljs",
    "microtime", "node-sass", "oracledb", "pg-native", "re2", "robotjs", "serialport", "sodium-native", "sqlite3",
    "usb", "zeromq",
}  # fmt: skip
_GIT = re.compile(r"^(?:git\+|git:|github:|gitlab:|bitbucket:|[\w-]+/[\w.-]+(?:#|$))|\.git(?:#|$)")
# Hooks of git fail to install without a repository, and no test needs a browser here.
_QUIET = (
    "HUSKY=0 HUSKY_SKIP_INSTALL=1 SKIP_INSTALL_SIMPLE_GIT_HOOKS=1 LEFTHOOK=0 PUPPETEER_SKIP_DOWNLOAD=1 "
    "CYPRESS_INSTALL_BINARY=0"
)


def needs_compilers(tree: Tree, chosen: Candidate, packages: tuple[Package, ...]) -> bool:
    """Whether the install, of all members of a workspace, may have to compile, or to clone with git: the slim image
    has neither tool."""
    installed = [one for one in packages if one.path in chosen.manager.copies]
    return _clones(tree, chosen, packages) or any(name in _COMPILED for one in installed for name in one.dependencies)


def _clones(tree: Tree, chosen: Candidate, packages: tuple[Package, ...]) -> bool:
    """Whether a package comes from a git repository, by a manifest or by the lock file."""
    manager = chosen.manager
    lock = tree.read(f"{manager.folder}/{manager.lock}".removeprefix("/")) if manager.lock else ""
    installed = [one for one in packages if one.path in manager.copies]
    versions = [version for one in installed for version in one.dependencies.values()]
    return "git+ssh://" in lock or "git@github.com" in lock or any(_GIT.search(version) for version in versions)


def built_stage(
    tree: Tree, chosen: Candidate, packages: tuple[Package, ...], node: Node, values: Mapping[str, str]
) -> list[str]:
    """Instructions up to the built package. Manifests come before the source, so that a change of the code does not
    install everything again."""
    package, manager, start = chosen.package, chosen.manager, chosen.start
    full = needs_compilers(tree, chosen, packages)
    folders = "/app /pages" if start.is_pages else "/app"
    lines = [
        f"FROM node:{node.version}{'' if full else '-slim'}" + (" AS build" if full or start.is_pages else ""),
        f"RUN install --directory --owner=node --group=node {folders}",
    ]
    if manager.setup:
        lines.append(f"RUN {manager.setup}")
    lines += ["USER node", "WORKDIR /app"]
    source = "COPY --chown=node:node . /app"
    lines += [source] if manager.whole else _copied(manager.copies)
    if manager.folder:
        lines.append(f"WORKDIR /app/{manager.folder}")
    if manager.whole and any("/node_modules/" in f"/{path}" for path in tree.paths):
        lines.append("RUN rm -rf node_modules")
    if _clones(tree, chosen, packages):
        # Lock files say ssh even of public repositories, and a build has neither a key nor a way out but HTTPS.
        for address in ("ssh://git@github.com/", "git@github.com:"):
            lines.append(f"RUN git config --global --add url.https://github.com/.insteadOf {address}")
    omitted = manager.omit if _is_lean(chosen) else ""
    lines.append(f"RUN {_QUIET} {manager.install}{omitted}")
    if not manager.whole:
        lines.append(source)
    if package.folder != manager.folder or not manager.whole:
        lines.append(f"WORKDIR /app/{package.folder}".rstrip("/"))
    given = "".join(f"{name}={shlex.quote(value)} " for name, value in values.items())
    for folder in _needed(package, packages):
        lines.append(f"RUN cd /app/{folder} && {given}{manager.run('build')}")
    if start.build:
        lines.append(f"RUN {given}{_found(start.build, chosen)}")
    return lines


def _copied(paths: tuple[str, ...]) -> list[str]:
    """One COPY a folder."""
    folders: dict[str, list[str]] = {}
    for path in paths:
        folders.setdefault(path.rpartition("/")[0], []).append(path)
    return [
        "COPY --chown=node:node " + json.dumps([*files, f"/app/{folder}/".replace("//", "/")], ensure_ascii=False)
        for folder, files in folders.items()
    ]


def _found(build: str, chosen: Candidate) -> str:
    """The build command with the package's own programs on the path, where no manager puts them there."""
    if build.startswith(("npm ", "yarn ", "pnpm ")):
        return build
    folders = dict.fromkeys((chosen.package.folder, chosen.manager.folder))
    paths = ":".join(f"/app/{folder}/node_modules/.bin".replace("//", "/") for folder in folders)
    return f'PATH="{paths}:$PATH" {build}'


def _is_lean(chosen: Candidate) -> bool:
    """Whether development packages can stay out: nothing is built, no hook runs, and the start needs none of them."""
    package, start = chosen.package, chosen.start
    if start.build or start.is_pages or chosen.manager.whole or chosen.manager.folder != package.folder:
        return False
    if OPERATORS.search(start.command) or not re.search(r"(?:^|\s)(?:exec\s+)?node\s+[^-\s]", start.command):
        return False
    return not re.search(r"\b(?:ts-node|tsx|babel-node|register)\b", start.command)


def _needed(package: Package, packages: tuple[Package, ...]) -> list[str]:
    """Folders of other packages of the workspace that this one uses and that have to be built first, in order."""
    named = {one.name: one for one in packages if one.name}
    found: dict[str, None] = {}

    def visit(one: Package, path: tuple[str, ...]) -> None:
        for name in one.dependencies:
            other = named.get(name)
            if other is not None and other.folder != package.folder and other.folder not in path:
                visit(other, (*path, other.folder))
                if "build" in other.scripts:
                    found.setdefault(other.folder)

    visit(package, (package.folder,))
    return list(found)
