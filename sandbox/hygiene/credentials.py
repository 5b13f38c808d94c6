"""Credentials in a tree: where one stands and of which kind it is, never the credential itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sandbox.tree import Tree

# Forms that alone give a credential away, by its kind; a mere word "password" would accuse too many. They are written
# so that POSIX extended expressions (git's) and Python's mean the same by them.
FORMS = {
    "private key": "-----BEGIN (RSA |EC |OPENSSH |DSA )?PRIVATE KEY-----",
    "AWS key": "(AKIA|ASIA)[0-9A-Z]{16}",
    "GitHub token": "gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,}",
    "API key": "sk-(proj-|ant-)?[A-Za-z0-9_-]{32,}",
    "Slack token": "xox[baprs]-[A-Za-z0-9-]{20,}",
    "Google key": "AIza[0-9A-Za-z_-]{35}",
    "Groq key": "gsk_[A-Za-z0-9]{40,}",
    "Hugging Face token": "hf_[A-Za-z]{30,}",
    "Stripe key": "[rs]k_live_[A-Za-z0-9]{20,}",
    "password of a database in the cloud": "mongodb[+]srv://[^:/@ <>{}$]+:[^:/@ <>{}$]{6,}@[a-z0-9.-]+[.]mongodb[.]net",
}
MOST = 20
SCANNED_BYTES = 256 * 1024
# What must stand behind a form so that it is one: a key's own text, and else no more of the word.
_REST = {"private key": r"(?:\\[nr]|[\s\"'+,]){0,20}(?:Proc-Type|[A-Za-z0-9+/=]{20})"}
_PATTERNS = tuple(
    (kind, re.compile(rf"(?<![A-Za-z0-9_])(?:{form}){_REST.get(kind, '(?![A-Za-z0-9])')}"))
    for kind, form in FORMS.items()
)
# What a documentation writes for a key: "sk-your-key-here...", "AKIAXXXXXXXXXXXXXXXX".
_PLACEHOLDER = re.compile(
    r"x{4}|\*{3}|your|example|placeholder|change.?me|dummy|redacted|0{6}|1234567|:pass(?:word)?@", re.IGNORECASE
)


def found(tree: Tree, paths: list[str]) -> list[dict[str, str]]:
    """[{"where": "file:line", "kind"}], at most MOST."""
    rows: list[dict[str, str]] = []
    for path in paths:
        text = tree.read(path, SCANNED_BYTES)
        if "\x00" in text[:1024]:
            continue
        for kind, at in _told(text):
            rows.append({"where": f"{path}:{text.count(chr(10), 0, at) + 1}", "kind": kind})
            if len(rows) >= MOST:
                return rows
    return rows


def is_told(text: str) -> bool:
    """Whether some credential stands in the text."""
    return next(_told(text), None) is not None


def _told(text: str) -> Iterator[tuple[str, int]]:
    """(kind, place in the text) of each credential that is no placeholder."""
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if not _PLACEHOLDER.search(match[0]):
                yield kind, match.start()
