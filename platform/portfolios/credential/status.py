"""Revocation: one bit a credential in a W3C Bitstring Status List 1.0, which is itself a signed credential."""

import gzip
import secrets
import zlib
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from portfolios.credential import shape
from portfolios.credential.keys import did_web
from portfolios.credential.multibase import decode_base64url, encode_base64url
from portfolios.credential.sign import timestamp

# The least that the recommendation allows: fewer would tell a list's host who is looked up.
ENTRIES = 131_072
MAX_BYTES = 2 * 1024 * 1024
# An older list could be replayed to hide a revocation.
LIFETIME = timedelta(days=7)


class StatusListError(ValueError):
    """The list cannot be read; the message says why."""


def empty() -> bytes:
    return bytes(ENTRIES // 8)


def free_index(taken: Collection[int]) -> int:
    """Choose a random index that is not taken, so that indexes do not tell an order; StatusListError on a full list."""
    # Half full at most: choosing stays quick, and the next list starts early.
    if len(taken) >= ENTRIES // 2:
        raise StatusListError("the status list is full; start the next one")
    while True:
        index = secrets.randbelow(ENTRIES)
        if index not in taken:
            return index


def is_set(bits: bytes, index: int) -> bool:
    """Index 0 is the first byte's most significant bit; StatusListError beyond the end."""
    if not 0 <= index < len(bits) * 8:
        raise StatusListError(f"the index {index} is beyond the list's {len(bits) * 8} entries")
    return bool(bits[index // 8] & (0x80 >> index % 8))


def with_bit(bits: bytes, index: int) -> bytes:
    """Give the list with that bit set; nothing is ever un-revoked."""
    is_set(bits, index)
    changed = bytearray(bits)
    changed[index // 8] |= 0x80 >> index % 8
    return bytes(changed)


def encode(bits: bytes) -> str:
    """Give `encodedList`: "u" and base64url of gzip, the same text for the same bits."""
    return encode_base64url(gzip.compress(bits, mtime=0))


def decode(text: str) -> bytes:
    """Take `encodedList` back to its bits, at least 131,072 of them and at most 2 MiB; StatusListError otherwise."""
    inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        bits = inflate.decompress(decode_base64url(text), MAX_BYTES)
    except (ValueError, zlib.error) as error:
        raise StatusListError(f"the list is not gzip in base64url: {error}") from None
    if not inflate.eof or inflate.unused_data:
        raise StatusListError(f"the list is cut off, has something behind it, or is larger than {MAX_BYTES} bytes")
    if len(bits) * 8 < ENTRIES:
        raise StatusListError(f"the list has {len(bits) * 8} entries, fewer than {ENTRIES}")
    return bits


def status_list(base_url: str, path: str, bits: bytes, *, now: datetime) -> dict[str, Any]:
    """Lay out the unsigned BitstringStatusListCredential of the list at `path`, good for 7 days from `now`."""
    url = base_url + path
    return {
        "@context": list(shape.LIST_CONTEXT),
        "id": url,
        "type": list(shape.LIST_TYPE),
        "issuer": did_web(base_url),
        "validFrom": timestamp(now),
        "validUntil": timestamp(now + LIFETIME),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encode(bits),
        },
    }
