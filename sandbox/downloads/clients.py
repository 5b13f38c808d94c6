"""Which variables lead the package clients of one build to the cache, as far as nothing of the team says otherwise.

A variable stands above a client's files (pip.conf, .npmrc), so that none is given where a team, or its Dockerfile,
names an index, a registry or a login of its own. Clients that have no such variable (Poetry), or write the index into a
lock file that is compared later (`uv sync`), go to the index itself.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_PIP = re.compile(r"(?<!uv )\bpip[0-9.]*\s+(?:install|download|wheel)\b")
_UV = re.compile(r"\buv\s+pip\b")
_UV_LOCKS = re.compile(r"\buv\s+(?:sync|run|lock|add|export|tree|build)\b")
_NPM = re.compile(r"\b(?:npm|npx|yarn|pnpm|pnpx|bunx?)\b")
_OWN_INDEX = re.compile(
    r"pip_(?:extra_)?index|pip_config|pip\.conf|pip\d?\s+config|uv_\w*index|uv\.toml", re.IGNORECASE
)
_OWN_REGISTRY = re.compile(r"registry|npmrc|yarnrc|bunfig|_auth", re.IGNORECASE)
_PIP_FILES, _NPM_FILES = ("pip.conf", "pip.ini", "uv.toml"), (".npmrc", ".yarnrc", ".yarnrc.yml", "bunfig.toml")
# Replacing a lock file's host, some releases of npm 11 keep its https; those of Node.js up to 22 are older than that.
SAFE_NODE = 22
DEPTH, ENTRIES, FILE_BYTES = 4, 5_000, 64 * 1024


def variables(dockerfile: str, folder: Path, files: Mapping[str, str], at: str, *, is_old_node: bool) -> dict[str, str]:
    """Name -> value for one build; `at` is how it calls its door, `is_old_node` that no npm of its images is new."""
    given: dict[str, str] = {}
    named = dict(_settings(folder, files))
    index = f"{at}/-/pypi/simple"
    if not _OWN_INDEX.search(dockerfile) and not any(name in named for name in _PIP_FILES):
        if _PIP.search(dockerfile):
            given["PIP_INDEX_URL"] = index
        if _UV.search(dockerfile) and not _UV_LOCKS.search(dockerfile):
            given["UV_DEFAULT_INDEX"] = index
    own = any(_OWN_REGISTRY.search(text) for name, text in named.items() if name in _NPM_FILES)
    if _NPM.search(dockerfile) and not _OWN_REGISTRY.search(dockerfile) and not own:
        given["npm_config_registry"] = f"{at}/"
        if not is_old_node or "npm@" in dockerfile:
            given["npm_config_replace_registry_host"] = "never"
    return given


def is_old(environments: Iterable[Iterable[str]]) -> bool:
    """Whether every image that says which Node.js it has ("NODE_VERSION=22.1.0") has an old one, and one does."""
    found = [int(one) for names in environments for one in _majors(names)]
    return bool(found) and max(found) <= SAFE_NODE


def _majors(environment: Iterable[str]) -> Iterator[str]:
    for entry in environment:
        if matched := re.fullmatch(r"NODE_VERSION=v?(\d+)\..*", entry):
            yield matched[1]


def _settings(folder: Path, files: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(file name, text) of clients' settings in the context, near its root."""
    for path, text in files.items():
        yield path.rpartition("/")[2], text
    seen = 0
    for root, folders, names in os.walk(folder):
        depth = len(Path(root).relative_to(folder).parts)
        folders[:] = [] if depth >= DEPTH else [one for one in sorted(folders) if one not in ("node_modules", ".git")]
        seen += len(names)
        for name in names:
            if name in (*_PIP_FILES, *_NPM_FILES):
                yield name, _text(Path(root) / name)
        if seen > ENTRIES:
            return


def _text(path: Path) -> str:
    if path.is_symlink() or not path.is_file():
        return ""
    with path.open(encoding="utf-8", errors="replace") as handle:
        return handle.read(FILE_BYTES)
