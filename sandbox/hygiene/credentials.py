"""Credentials in a tree: where one stands and of which kind it is, never the credential itself."""

from __future__ import annotations

import re

from sandbox.source.leaks import FORMS
from sandbox.tree import Tree

MOST = 20
SCANNED_BYTES = 256 * 1024
# What must stand behind a form so that it is one: a key's own text, and else no more of the word.
_REST = {"private key": r"(?:\\[nr]|[\s\"'+,]){0,20}(?:Proc-Type|[A-Za-z0-9+/=]{20})"}
_PATTERNS = tuple(
    (kind, re.compile(rf"(?<![A-Za-z0-9_])(?:{form}){_REST.get(kind, '(?![A-Za-z0-9])')}"))
    for kind, form in FORMS.items()
)
# What a documentation writes for a key: "sk-your-key-here...", "AKIAXXXXXXXXXXXXXXXX".
_PLACEHOLDER = re.compile(r"x{4}|your|example|placeholder|changeme|dummy|redacted|0{6}|1234567|\.\.\.|<", re.IGNORECASE)


def found(tree: Tree, paths: list[str]) -> list[dict[str, str]]:
    """[{"where": "file:line", "kind"}], at most MOST."""
    rows: list[dict[str, str]] = []
    for path in paths:
        text = tree.read(path, SCANNED_BYTES)
        if "\x00" in text[:1024]:
            continue
        for kind, pattern in _PATTERNS:
            for match in pattern.finditer(text):
                if _PLACEHOLDER.search(match[0]):
                    continue
                rows.append({"where": f"{path}:{text.count(chr(10), 0, match.start()) + 1}", "kind": kind})
                if len(rows) >= MOST:
                    return rows
    return rows
