"""What stands in a repository although nobody wrote it: environments, caches, settings of machines, large files."""

from __future__ import annotations

import re
from typing import Any

from sandbox.tree import Tree

# (what, pattern of a path); the first that fits counts.
KINDS = (
    ("an environment file", re.compile(r"(?:^|/)\.env(?:\.(?:local|production|prod|staging))?$")),
    ("installed packages", re.compile(r"(?:^|/)(?:node_modules|site-packages|\.?venv|env/(?:bin|lib|Scripts))/")),
    (
        "a compiler's cache",
        re.compile(r"(?:^|/)(?:__pycache__|\.pytest_cache|\.mypy_cache|\.next|\.ipynb_checkpoints)/|\.pyc$"),
    ),
    ("a file of the desktop", re.compile(r"(?:^|/)(?:\.DS_Store|Thumbs\.db|desktop\.ini)$")),
    ("an editor's settings", re.compile(r"(?:^|/)\.idea/|\.(?:swp|swo)$")),
    ("a log or a dump", re.compile(r"(?:^|/)(?:nohup\.out|npm-debug\.log|core\.\d+)$|\.log$")),
)
# Settings that a bundler puts into pages, which everybody reads anyhow, by the beginning of their names.
PUBLIC = re.compile(
    r"(?:VITE|NEXT_PUBLIC|REACT_APP|NUXT_PUBLIC|PUBLIC|EXPO_PUBLIC|GATSBY|VUE_APP|NODE_ENV|NG_APP)(?:_|$)"
)
LARGE_BYTES = 10_000_000
MOST = 20


def found(tree: Tree) -> dict[str, Any]:
    """{"ignores": a .gitignore is there, "kinds": [{"kind", "files", "first"}], "large": [{"path", "bytes"}]}"""
    rows: dict[str, dict[str, Any]] = {}
    for path in tree.paths:
        kind = next((kind for kind, pattern in KINDS if pattern.search(path)), None)
        if kind is not None and not (kind == KINDS[0][0] and _is_public(tree.read(path))):
            rows.setdefault(kind, {"kind": kind, "files": 0, "first": path})["files"] += 1
    sizes = [(tree.size(path), path) for path in tree.paths]
    large = sorted((one for one in sizes if one[0] > LARGE_BYTES), reverse=True)[:MOST]
    return {
        "ignores": ".gitignore" in tree,
        "kinds": list(rows.values()),
        "large": [{"path": path, "bytes": size} for size, path in large],
    }


def _is_public(text: str) -> bool:
    """An environment file with nothing in it that a visitor's browser is not given."""
    names = [line.partition("=")[0].strip() for line in text.splitlines() if "=" in line and not line.startswith("#")]
    return bool(names) and all(PUBLIC.match(name) for name in names)
