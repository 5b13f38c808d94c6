"""The most that our own load generator can send on this host, so that a service is not blamed for its limit."""

from __future__ import annotations

import functools
from pathlib import Path

import sandbox
from sandbox.canonical import digest

SCRIPTS = ("inside/load.py", "loadtest/locustfile.py", "inside/shape.py")


@functools.cache
def scripts_digest() -> str:
    """Of the scripts that send: another generator has another ceiling."""
    folder = Path(sandbox.__file__).parent
    return digest({name: (folder / name).read_text(encoding="utf-8") for name in SCRIPTS})
