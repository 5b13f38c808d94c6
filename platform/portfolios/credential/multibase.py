"""Multibase text: base58btc for keys and signatures, base64url for digests and bitstrings (W3C CID 1.0, 2.4)."""

import base64
import hashlib

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUE = {letter: value for value, letter in enumerate(_BASE58)}
# Multihash prefix of SHA2-256: code 0x12, length 32.
_SHA2_256 = b"\x12\x20"


def encode_base58(data: bytes) -> str:
    """Give "z" and base58btc; leading zero bytes become leading ones."""
    number = int.from_bytes(data)
    letters = ""
    while number:
        number, digit = divmod(number, 58)
        letters = _BASE58[digit] + letters
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + "1" * zeros + letters


def decode_base58(text: str, *, length: int) -> bytes:
    """Take "z…" back to exactly `length` bytes; ValueError for anything else, so each value has one spelling."""
    # 58^11 > 2^64: no honest text is longer than 11 letters per 8 bytes, and a long one would cost quadratic time.
    if not text.startswith("z") or len(text) > 2 + length * 11 // 8 + 1:
        raise ValueError("not base58btc multibase of the right length")
    number = 0
    for letter in text[1:]:
        if letter not in _VALUE:
            raise ValueError(f"{letter!r} is not a base58btc letter")
        number = number * 58 + _VALUE[letter]
    try:
        data = number.to_bytes(length)
    except OverflowError:
        raise ValueError(f"not {length} bytes") from None
    if encode_base58(data) != text:
        raise ValueError(f"not the base58btc spelling of {length} bytes")
    return data


def encode_base64url(data: bytes) -> str:
    """Give "u" and base64url without padding."""
    return "u" + base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode_base64url(text: str) -> bytes:
    """Take "u…" back to bytes; ValueError for another prefix, padding or a foreign letter."""
    if not text.startswith("u") or "=" in text:
        raise ValueError("not base64url multibase without padding")
    try:
        data = base64.b64decode(text[1:] + "=" * (-len(text[1:]) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise ValueError(f"not base64url: {error}") from error
    if encode_base64url(data) != text:
        raise ValueError("not the canonical base64url spelling")
    return data


def sha256_multihash(sha256: str) -> str:
    """Give `digestMultibase` of a SHA-256 in hex: "uEiA…"."""
    return encode_base64url(_SHA2_256 + bytes.fromhex(sha256))


def sha256_sri(sha256: str) -> str:
    """Give `digestSRI` of a SHA-256 in hex: "sha256-<base64>" (W3C Subresource Integrity)."""
    return "sha256-" + base64.b64encode(bytes.fromhex(sha256)).decode("ascii")


def sha256_hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
