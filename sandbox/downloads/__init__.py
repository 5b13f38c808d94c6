"""The download cache: which indexes it asks, how much it keeps, and which variables lead a build's clients to it.

It is served at the door of every build (sandbox/inside/downloads.py, docs/decisions/0016). Settings:
  ASSAY_DOWNLOADS         "on" (default) or "off"
  ASSAY_DOWNLOADS_BUDGET  what it may keep on the engine's disk: a size or a share, as ASSAY_DISK_BUDGET
  ASSAY_DOWNLOADS_PYTHON  the Python index that is asked; without it ASSAY_INDEX_URL, or the public one
  ASSAY_DOWNLOADS_NPM     the npm registry that is asked; without it the public one
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from sandbox.faults import HostFault

PYTHON, NPM = "https://pypi.org/simple", "https://registry.npmjs.org"
DEFAULT_BUDGET = "10GB"


@dataclass(frozen=True)
class Indexes:
    """Addresses of the indexes that the cache asks, and its budget as the setting has it."""

    python: str
    npm: str
    budget: str


def indexes() -> Indexes | None:
    """What the settings say; None when it is off, or when an index wants a login, which is no business of the cache."""
    switch = os.environ.get("ASSAY_DOWNLOADS", "on").strip().lower()
    if switch not in ("on", "off"):
        raise HostFault("setting_invalid", f"ASSAY_DOWNLOADS must be on or off, not {switch!r}", fix="Change it.")
    found = Indexes(
        os.environ.get("ASSAY_DOWNLOADS_PYTHON") or os.environ.get("ASSAY_INDEX_URL") or PYTHON,
        os.environ.get("ASSAY_DOWNLOADS_NPM") or NPM,
        os.environ.get("ASSAY_DOWNLOADS_BUDGET") or DEFAULT_BUDGET,
    )
    plain = all(_is_plain(address) for address in (found.python, found.npm))
    return found if switch == "on" and plain else None


def _is_plain(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.username or parts.query)
