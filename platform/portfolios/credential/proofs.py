"""What the two Data Integrity proofs sign (W3C vc-di-eddsa 1.0, sections 3.2 and 3.3): 64 bytes of two hashes.

The first proof signs the statements of the document as RDF, which other verifiers ask for; the second signs its exact
JSON, which an RDF proof does not (a member respelled as its IRI, or a swapped array, gives the same statements).
"""

import hashlib
from typing import Any

import rfc8785
from pyld import jsonld

from portfolios.credential import contexts

RDFC = "eddsa-rdfc-2022"
JCS = "eddsa-jcs-2022"


def _statements(document: dict[str, Any]) -> bytes:
    """Canonical N-Quads (RDFC-1.0; PyLD calls its near twin URDNA2015, equal once control characters are refused)."""
    options = {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "documentLoader": contexts.load,
        "processingMode": "json-ld-1.1",
    }
    statements: str = jsonld.normalize(document, options)
    return statements.encode("utf-8")


def _hashes(configuration: bytes, document: bytes) -> bytes:
    return hashlib.sha256(configuration).digest() + hashlib.sha256(document).digest()


def message(document: dict[str, Any], proof: dict[str, Any]) -> bytes:
    """Give the bytes that `proof` signs in `document`; what is signed leaves out `proof` and `proofValue`.

    Raises ValueError for another cryptosuite. The document must have passed the shape check: it bounds the work.
    """
    unsecured = {key: value for key, value in document.items() if key != "proof"}
    configuration = {key: value for key, value in proof.items() if key != "proofValue"}
    match proof["cryptosuite"]:
        case "eddsa-rdfc-2022":
            configuration["@context"] = document["@context"]
            return _hashes(_statements(configuration), _statements(unsecured))
        case "eddsa-jcs-2022":
            return _hashes(rfc8785.dumps(configuration), rfc8785.dumps(unsecured))
        case other:
            raise ValueError(f"the cryptosuite {other!r} is not one of ours")
