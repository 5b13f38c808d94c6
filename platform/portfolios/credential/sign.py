"""Signing: both proofs in one array, over a document that has passed the shape check."""

from datetime import UTC, datetime
from typing import Any

from portfolios.credential import members, proofs, shape
from portfolios.credential.keys import IssuerKeys
from portfolios.credential.multibase import encode_base58


def timestamp(moment: datetime) -> str:
    """Give the one spelling that the profile knows of an aware time: UTC, whole seconds, "Z"."""
    return moment.astimezone(UTC).strftime(members.TIME_FORMAT)


def secure(document: dict[str, Any], *, keys: IssuerKeys, created: datetime) -> dict[str, Any]:
    """Give a copy with `proof: [eddsa-rdfc-2022, eddsa-jcs-2022]`; `created` is an aware time.

    Raises members.ShapeError before anything is signed when the document is not of the profile: an undefined member or
    a control character would be signed here and refused elsewhere.
    """
    shape.check_unsigned(document)
    proof_array = []
    for cryptosuite in (proofs.RDFC, proofs.JCS):
        proof: dict[str, Any] = {
            "type": "DataIntegrityProof",
            "cryptosuite": cryptosuite,
            "created": timestamp(created),
            "verificationMethod": f"{shape.issuer_id(document)}#{keys.name}",
            "proofPurpose": "assertionMethod",
        }
        if cryptosuite == proofs.JCS:
            # vc-di-eddsa 3.3.1: the jcs proof carries the document's context itself.
            proof["@context"] = list(document["@context"])
        proof["proofValue"] = encode_base58(keys.private.sign(proofs.message(document, proof)))
        proof_array.append(proof)
    return {**document, "proof": proof_array}
