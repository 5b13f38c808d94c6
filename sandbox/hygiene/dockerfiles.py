"""What a reviewer would say of a Dockerfile, each with its line (after Docker's own best practices)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sandbox.dockerfile import parse
from sandbox.dockerfile.lines import Instruction
from sandbox.faults import TeamFault
from sandbox.hygiene import authored
from sandbox.tree import Tree

# An editor's container is for the one who writes, who may be root in it.
NAME = re.compile(
    r"^(?!(?:.*/)?\.devcontainer/)(?:.*/)?(?:Dockerfile|[^/]*\.Dockerfile|Dockerfile\.[^/]+)$", re.IGNORECASE
)
SECRET = re.compile(r"(?:^|_)(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY)$", re.IGNORECASE)
INSTALLS = re.compile(
    r"\b(?:pip3? install|npm (?:ci|install)|yarn install|pnpm install|poetry install|uv sync|go mod download)\b"
)
MOST_FILES, MOST = 5, 30


def found(tree: Tree) -> list[dict[str, Any]]:
    """[{"path", "remarks": [{"rule", "line", "text"}]}] of each of the team's Dockerfiles that parses."""
    rows = []
    for path in [path for path in authored.paths(tree) if NAME.search(path)][:MOST_FILES]:
        try:
            instructions = parse(tree.read(path)).instructions
        except TeamFault:
            continue
        ignored = any(
            name in tree
            for name in (".dockerignore", f"{path}.dockerignore", f"{path.rpartition('/')[0]}/.dockerignore")
        )
        remarks = [*_remarks(instructions), *([] if ignored else _unignored(instructions))]
        rows.append({"path": path, "remarks": sorted(remarks, key=lambda one: one["line"])[:MOST]})
    return rows


def _remark(rule: str, line: int, text: str) -> dict[str, Any]:
    return {"rule": rule, "line": line, "text": text}


def _remarks(instructions: tuple[Instruction, ...]) -> Iterator[dict[str, Any]]:
    last = max((at for at, one in enumerate(instructions) if one.keyword == "FROM"), default=0)
    final = instructions[last:]
    yield from _install_order(final)
    if not any(one.keyword == "USER" and one.arguments.strip() not in ("root", "0") for one in final):
        yield _remark("runs as root", final[0].line if final else 1, "No USER is set: the app runs as root.")
    for one in instructions:
        yield from _of_one(one)
    for one in [one for one in final if one.keyword in ("CMD", "ENTRYPOINT")]:
        if not one.arguments.lstrip().startswith("["):
            yield _remark(
                "shell form", one.line, f"{one.keyword} is no JSON list: signals go to a shell, not to the app."
            )


def _of_one(one: Instruction) -> Iterator[dict[str, Any]]:
    text = one.arguments
    if one.keyword == "RUN":
        if re.search(r"\bapt(?:-get)? install\b", text) and "/var/lib/apt/lists" not in text and "--mount" not in text:
            yield _remark("apt lists stay", one.line, "apt's lists stay in the layer: remove /var/lib/apt/lists/*.")
        if re.search(r"\bapt(?:-get)? upgrade\b", text):
            yield _remark("upgrades", one.line, "An upgrade gives another image every day: take a newer base instead.")
        if re.search(r"\bsudo\b", text):
            yield _remark("sudo", one.line, "sudo in a build step: it runs as root already.")
        if re.search(r"\bchmod\s+(?:-R\s+)?0?777\b", text):
            yield _remark("world-writable", one.line, "chmod 777 lets everybody write.")
        if re.search(r"\b(?:curl|wget)\b[^|;&]*\|\s*(?:sudo\s+)?(?:ba)?sh\b", text):
            yield _remark("pipes to a shell", one.line, "A script from the network is run unread.")
    if one.keyword == "ADD" and not re.search(r"\.(?:tar|tgz|gz|xz|bz2)\b|https?://", text):
        yield _remark("ADD", one.line, "ADD unpacks and downloads; COPY says what is meant.")
    if one.keyword in ("ENV", "ARG"):
        for name, value in re.findall(r"(\w+)=(\S+)", text):
            if SECRET.search(name) and not value.startswith("$") and value.strip("\"'"):
                yield _remark("secret", one.line, f"{name} has a value: it stays in the image for all to read.")


def _install_order(final: tuple[Instruction, ...]) -> Iterator[dict[str, Any]]:
    """All source copied before the packages are installed: every change of a line installs them again."""
    copied = None
    for one in final:
        if one.keyword in ("COPY", "ADD") and not one.flags and re.match(r"\.{1,2}/?\s|\[\s*\"\./?\"", one.arguments):
            copied = copied or one.line
        if one.keyword == "RUN" and copied and INSTALLS.search(one.arguments):
            yield _remark(
                "copies before it installs", copied, "Copy the lock file and install first, the source after it."
            )
            return


def _unignored(instructions: tuple[Instruction, ...]) -> Iterator[dict[str, Any]]:
    for one in instructions:
        if one.keyword in ("COPY", "ADD") and re.match(r"\.{1,2}/?\s|\[\s*\"\./?\"", one.arguments):
            yield _remark(
                "no .dockerignore", one.line, "Everything is copied, .git and caches among it: add a .dockerignore."
            )
            return
