"""Canonical JSON and digests: the same value has the same bytes and so the same name everywhere (RFC 8785)."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785


def encode(document: Any) -> bytes:
    """The RFC 8785 (JCS) bytes of a JSON value; raises rfc8785.CanonicalizationError on NaN or too large integers."""
    encoded: bytes = rfc8785.dumps(document)
    return encoded


def digest(document: Any) -> str:
    """Return "sha256:<64 hex>" of the canonical bytes."""
    return "sha256:" + hashlib.sha256(encode(document)).hexdigest()
