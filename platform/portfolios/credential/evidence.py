"""Evidence files: an in-toto Statement in a DSSE envelope, signed by the issuer's key and named by its SHA-256.

Sources: in-toto Attestation Framework, Statement v1; DSSE 1.0 protocol (pre-authentication encoding).
"""

import base64
import binascii
import json
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from portfolios.credential import documents
from portfolios.credential.keys import IssuerKeys, did_web, signed_by

STATEMENT = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
MEDIA_TYPE = "application/vnd.dsse.envelope.v1+json"


class EvidenceError(ValueError):
    """The file is not a statement of this issuer; the message says why."""


def statement(
    base_url: str,
    *,
    archive_sha256: str = "",
    commit: str = "",
    image_sha256: str = "",
    predicate: dict[str, Any],
) -> dict[str, Any]:
    """Lay out an evaluation's statement; digests in hex without a prefix, and a subject that was not made is left out.

    `predicate` is plain JSON: {"scorecard": {...}, "measurements": {...}, "checks": [...], "host": {...}, ...}.
    """
    subjects = [
        {"name": name, "digest": {kind: digest}}
        for name, kind, digest in (
            ("source.tar", "sha256", archive_sha256),
            ("source", "gitCommit", commit),
            ("image", "sha256", image_sha256),
        )
        if digest
    ]
    if not subjects:
        raise EvidenceError("a statement needs something that it is about: an archive, a commit or an image")
    return {
        "_type": STATEMENT,
        "subject": subjects,
        "predicateType": f"{base_url}/attestations/evaluation/v1",
        "predicate": predicate,
    }


def pre_authentication_encoding(payload: bytes, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """Give the bytes that a DSSE signature covers."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def envelope(document: dict[str, Any], *, base_url: str, keys: IssuerKeys) -> bytes:
    """Sign a statement; one line of JSON, so that files can be joined as `.intoto.jsonl`."""
    payload = rfc8785.dumps(document)
    signature = keys.private.sign(pre_authentication_encoding(payload))
    sealed = {
        "payload": base64.b64encode(payload).decode("ascii"),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [
            {
                "keyid": f"{did_web(base_url)}#{keys.name}",
                "sig": base64.b64encode(signature).decode("ascii"),
            }
        ],
    }
    return json.dumps(sealed, separators=(",", ":")).encode("ascii") + b"\n"


def _bytes(text: Any, what: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise EvidenceError(f"its {what} is not base64") from None


def open_envelope(content: bytes, keys: dict[str, Ed25519PublicKey]) -> dict[str, Any]:
    """Check the signature against the issuer's keys (DID URL -> key), give the statement; else EvidenceError."""
    try:
        sealed = documents.parse(content)
    except documents.DocumentError as error:
        raise EvidenceError(str(error)) from None
    signatures = sealed.get("signatures")
    if sealed.keys() != {"payload", "payloadType", "signatures"} or sealed["payloadType"] != PAYLOAD_TYPE:
        raise EvidenceError("it is not a DSSE envelope of an in-toto statement")
    if not isinstance(signatures, list) or len(signatures) != 1 or not isinstance(signatures[0], dict):
        raise EvidenceError("it must have exactly one signature")
    public = keys.get(str(signatures[0].get("keyid")))
    if public is None:
        raise EvidenceError("it is signed with a key that the issuer does not list")
    payload = _bytes(sealed["payload"], "payload")
    if not signed_by(public, _bytes(signatures[0].get("sig"), "signature"), pre_authentication_encoding(payload)):
        raise EvidenceError("its signature does not fit its content")
    try:
        document = documents.parse(payload)
    except documents.DocumentError as error:
        raise EvidenceError(str(error)) from None
    if document.get("_type") != STATEMENT or not isinstance(document.get("predicate"), dict):
        raise EvidenceError("it is not an in-toto statement")
    return document
