"""The issuer's Ed25519 keys: one PEM file, one of them signing, retired ones still listed in the did:web document."""

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from portfolios.credential import multibase

# Multicodec prefix of an Ed25519 public key (W3C CID 1.0, section 2.2.2 Multikey).
_ED25519_PUB = b"\xed\x01"
# A key's name, then its PEM block. A name is never "z6Mk…": one validator takes such a fragment for the key itself and
# does not open the DID document, so that a forged credential would pass there.
_ENTRY = re.compile(
    r"^(?P<name>key-[a-z0-9-]{1,40})\n"
    r"(?P<pem>-----BEGIN (?P<kind>PRIVATE|PUBLIC) KEY-----.+?-----END (?P=kind) KEY-----)\n",
    re.DOTALL | re.MULTILINE,
)


class KeyFileError(Exception):
    """The key file cannot be used; the message says what is wrong with it."""


@dataclass(frozen=True)
class IssuerKeys:
    """`name` and `private` sign; `retired` (name -> public key) only verify what they signed before."""

    name: str
    private: Ed25519PrivateKey
    retired: dict[str, Ed25519PublicKey]

    def public(self) -> dict[str, Ed25519PublicKey]:
        """Every key by name, oldest first."""
        return {**self.retired, self.name: self.private.public_key()}


def generate(name: str | None = None) -> IssuerKeys:
    """Make a fresh key, named after this month ("key-2026-11") unless told otherwise."""
    return IssuerKeys(name or f"key-{datetime.now(UTC):%Y-%m}", Ed25519PrivateKey.generate(), {})


def rotate(keys: IssuerKeys, name: str) -> IssuerKeys:
    """Give a new signing key; the old one stays listed, so that what it signed stays valid."""
    if name in keys.public():
        raise ValueError(f"there is a key named {name} already; a name is used once")
    return IssuerKeys(name, Ed25519PrivateKey.generate(), keys.public())


def to_pem(keys: IssuerKeys) -> str:
    entries = [
        (name, key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)) for name, key in keys.retired.items()
    ]
    entries.append((keys.name, keys.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())))
    return "".join(f"{name}\n{pem.decode('ascii')}" for name, pem in entries)


def from_pem(text: str) -> IssuerKeys:
    """KeyFileError unless the text holds named Ed25519 keys with exactly one private among them."""
    signing: list[tuple[str, Ed25519PrivateKey]] = []
    retired: dict[str, Ed25519PublicKey] = {}
    for entry in _ENTRY.finditer(text):
        pem = entry["pem"].encode("ascii")
        try:
            key = load_pem_private_key(pem, None) if entry["kind"] == "PRIVATE" else load_pem_public_key(pem)
        except ValueError as error:
            raise KeyFileError(f"the key {entry['name']} cannot be read: {error}") from None
        if isinstance(key, Ed25519PrivateKey):
            signing.append((entry["name"], key))
        elif isinstance(key, Ed25519PublicKey):
            retired[entry["name"]] = key
        else:
            raise KeyFileError(f"the key {entry['name']} is not an Ed25519 key")
    if len(signing) != 1:
        raise KeyFileError(f"one private key is wanted, each below a line with its name; there are {len(signing)}")
    name, private = signing[0]
    return IssuerKeys(name, private, retired)


def load_or_create(path: Path) -> IssuerKeys:
    """Read the key file, or make one that only its owner can read; processes that start at once get the same key."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            stream.write(to_pem(generate()))
        try:
            # A link appears whole or not at all and never replaces a key that somebody else has just made.
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    if path.stat().st_mode & 0o077:
        raise KeyFileError(f"others can read the issuer's key: run chmod 600 {path.name}")
    return from_pem(path.read_text("ascii"))


def did_web(base_url: str) -> str:
    """Name the site by its origin: "https://a.example:8443" is did:web:a.example%3A8443 (did:web method)."""
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        raise ValueError(f"a did:web is made of a plain origin such as https://assay.example, not {base_url!r}")
    return "did:web:" + parts.netloc.replace(":", "%3A")


def multikey(public: Ed25519PublicKey) -> str:
    return multibase.encode_base58(_ED25519_PUB + public.public_bytes(Encoding.Raw, PublicFormat.Raw))


def from_multikey(text: str) -> Ed25519PublicKey:
    """ValueError unless it is the Multikey of an Ed25519 key."""
    data = multibase.decode_base58(text, length=34)
    if not data.startswith(_ED25519_PUB):
        raise ValueError("not an Ed25519 Multikey")
    return Ed25519PublicKey.from_public_bytes(data[2:])


def did_document(did: str, keys: IssuerKeys) -> dict[str, Any]:
    """Lay out `/.well-known/did.json`: every key as a Multikey, allowed to make assertions."""
    methods = [
        {"id": f"{did}#{name}", "type": "Multikey", "controller": did, "publicKeyMultibase": multikey(public)}
        for name, public in keys.public().items()
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def assertion_keys(document: dict[str, Any], did: str) -> dict[str, Ed25519PublicKey]:
    """Give the keys, by their DID URL, with which this DID may sign; ValueError when it is not that DID's document."""
    if document.get("id") != did:
        raise ValueError(f"the DID document is of {document.get('id')!r}, not of {did}")
    allowed = document.get("assertionMethod")
    methods = document.get("verificationMethod")
    if not isinstance(allowed, list) or not isinstance(methods, list):
        raise ValueError("the DID document lists no verificationMethod or no assertionMethod")
    found: dict[str, Ed25519PublicKey] = {}
    for method in methods:
        if not isinstance(method, dict) or method.get("type") != "Multikey" or method.get("controller") != did:
            continue
        name, text = method.get("id"), method.get("publicKeyMultibase")
        if name not in allowed or not isinstance(name, str) or not isinstance(text, str):
            continue
        if name in found:
            raise ValueError(f"the DID document has two keys named {name}")
        found[name] = from_multikey(text)
    return found


def signed_by(public: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        public.verify(signature, message)
    except InvalidSignature:
        return False
    return True
