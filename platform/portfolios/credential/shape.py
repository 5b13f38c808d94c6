"""The closed world: the exact documents that are ours. Whatever is not described here is refused, before any signature.

An RDF proof signs statements, not JSON: an expired credential whose `validUntil` is respelled as its full IRI still has
a good RDF signature. So nothing is read from a document that has an unknown member, an own context, another type, a
string where an array belongs, or text that two canonicalizers treat differently.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from portfolios.credential import contexts, proofs
from portfolios.credential.members import (
    Rule,
    array,
    exactly,
    matching,
    parse_time,
    record,
    refuse,
    sequence,
    text,
    time,
)
from portfolios.credential.multibase import sha256_multihash, sha256_sri

CREDENTIAL_CONTEXT = [contexts.VC2, contexts.OB3, contexts.OB3_EXTENSIONS]
LIST_CONTEXT = [contexts.VC2]
CREDENTIAL_TYPE = ["VerifiableCredential", "OpenBadgeCredential"]
LIST_TYPE = ["VerifiableCredential", "BitstringStatusListCredential"]
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
_HOST = r"[A-Za-z0-9.-]{1,253}"
_URL = matching(rf"https?://{_HOST}(:[0-9]{{1,5}})?/[A-Za-z0-9._~/%:@!$&()*+,;=?#-]{{0,500}}", "an http(s) address")
_ORIGIN = matching(rf"https?://{_HOST}(:[0-9]{{1,5}})?/?", "the site's address")
_DID_WEB = rf"did:web:{_HOST}(%3A[0-9]{{1,5}})?"
_DID = matching(_DID_WEB, "a did:web without a path")
_UUID = matching(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "a urn:uuid")
_INDEX = matching(r"0|[1-9][0-9]{0,8}", "a decimal index as text")


def _proof(cryptosuite: str, **more: Rule) -> Rule:
    return record(
        {
            "type": exactly("DataIntegrityProof"),
            "cryptosuite": exactly(cryptosuite),
            "created": time,
            "verificationMethod": matching(rf"{_DID_WEB}#key-[a-z0-9-]{{1,40}}", "a key's DID URL"),
            "proofPurpose": exactly("assertionMethod"),
            "proofValue": matching(r"z[1-9A-HJ-NP-Za-km-z]{64,90}", "a base58btc signature"),
            **more,
        }
    )


def _proofs(context: list[str]) -> dict[str, Rule]:
    return {"proof": sequence(_proof(proofs.RDFC), _proof(proofs.JCS, **{"@context": exactly(context)}))}


_NAME, _LINE, _PARAGRAPH = text(200), text(500), text(4_000)
_RESULT_DESCRIPTION = record(
    {
        "id": _URL,
        "type": exactly(["ResultDescription"]),
        "name": _NAME,
        "resultType": matching(r"(ext:)?[A-Z][A-Za-z]{1,40}", "a result type"),
    },
    {"valueMin": text(20), "valueMax": text(20)},
)
_ACHIEVEMENT = record(
    {
        "id": _URL,
        "type": exactly(["Achievement"]),
        "achievementType": exactly("Assessment"),
        "name": _NAME,
        "description": _LINE,
        "criteria": record({"narrative": _PARAGRAPH}),
        "image": record({"id": _URL, "type": exactly("Image"), "caption": _NAME}),
        "resultDescription": array(_RESULT_DESCRIPTION, 1, 40),
    },
    {"tag": array(text(60), 1, 40)},
)
_IDENTITY = record(
    {
        "type": exactly("IdentityObject"),
        "hashed": exactly(False),
        "identityHash": _NAME,
        "identityType": exactly("name"),
    }
)
_SUBJECT = record(
    {
        "id": _UUID,
        "type": exactly(["AchievementSubject"]),
        "achievement": _ACHIEVEMENT,
        "result": array(record({"type": exactly(["Result"]), "resultDescription": _URL, "value": text(60)}), 1, 40),
    },
    {"identifier": array(_IDENTITY, 1, 1)},
)
_EVIDENCE = record(
    {
        "id": _URL,
        "type": exactly(["Evidence"]),
        "name": _NAME,
        "genre": _NAME,
        "digestSRI": matching(r"sha256-[A-Za-z0-9+/]{43}=", "a SHA-256 digestSRI"),
        "digestMultibase": matching(r"uEi[A-Za-z0-9_-]{44}", "a SHA-256 digestMultibase"),
        "mediaType": exactly("application/vnd.dsse.envelope.v1+json"),
    }
)
_CREDENTIAL: dict[str, Rule] = {
    "@context": exactly(CREDENTIAL_CONTEXT),
    "id": _URL,
    "type": exactly(CREDENTIAL_TYPE),
    "name": _NAME,
    "issuer": record({"id": _DID, "type": exactly(["Profile"]), "name": _NAME, "url": _ORIGIN}),
    "validFrom": time,
    "validUntil": time,
    "awardedDate": time,
    "credentialSubject": _SUBJECT,
    "credentialStatus": record(
        {
            "id": _URL,
            "type": exactly("BitstringStatusListEntry"),
            "statusPurpose": exactly("revocation"),
            "statusListIndex": _INDEX,
            "statusListCredential": _URL,
        }
    ),
    "credentialSchema": sequence(record({"id": exactly(SCHEMA), "type": exactly("1EdTechJsonSchemaValidator2019")})),
    "evidence": array(_EVIDENCE, 1, 10),
}
_LIST: dict[str, Rule] = {
    "@context": exactly(LIST_CONTEXT),
    "id": _URL,
    "type": exactly(LIST_TYPE),
    "issuer": _DID,
    "validFrom": time,
    "validUntil": time,
    "credentialSubject": record(
        {
            "id": _URL,
            "type": exactly("BitstringStatusList"),
            "statusPurpose": exactly("revocation"),
            "encodedList": matching(r"u[A-Za-z0-9_-]{1,200000}", "a base64url multibase list"),
        }
    ),
}
_UNSIGNED = {"OpenBadgeCredential": record(_CREDENTIAL), "BitstringStatusListCredential": record(_LIST)}
_SECURED = {
    "OpenBadgeCredential": record({**_CREDENTIAL, **_proofs(CREDENTIAL_CONTEXT)}),
    "BitstringStatusListCredential": record({**_LIST, **_proofs(LIST_CONTEXT)}),
}


def issuer_id(document: dict[str, Any]) -> str:
    """Give the issuer's DID of either document."""
    issuer = document["issuer"]
    return str(issuer["id"] if isinstance(issuer, dict) else issuer)


def _kind(document: Any) -> str:
    kind = document.get("type") if isinstance(document, dict) else None
    for wanted in (CREDENTIAL_TYPE, LIST_TYPE):
        if kind == wanted:
            return wanted[-1]
    raise refuse("/type", f"must be {CREDENTIAL_TYPE} or {LIST_TYPE}")


def _check_addresses(document: dict[str, Any], addresses: dict[str, str]) -> None:
    """Every address of the issuer's own is on the host that its DID names."""
    host = issuer_id(document).removeprefix("did:web:").replace("%3A", ":")
    for where, address in addresses.items():
        if urlsplit(address).netloc != host:
            raise refuse(where, f"is not an address on {host}, which the issuer's DID names")


def _check_credential(document: dict[str, Any]) -> None:
    """What one member says about another."""
    subject, status = document["credentialSubject"], document["credentialStatus"]
    achievement = subject["achievement"]
    _check_addresses(
        document,
        {
            "/id": document["id"],
            "/issuer/url": document["issuer"]["url"],
            "/credentialSubject/achievement/id": achievement["id"],
            "/credentialStatus/statusListCredential": status["statusListCredential"],
        },
    )
    described = [row["id"] for row in achievement["resultDescription"]]
    if len(set(described)) != len(described):
        raise refuse("/credentialSubject/achievement/resultDescription", "describes one result twice")
    if [row["resultDescription"] for row in subject["result"]] != described:
        raise refuse("/credentialSubject/result", "must give each described result once, in the same order")
    if status["id"] != f"{status['statusListCredential']}#{status['statusListIndex']}":
        raise refuse("/credentialStatus/id", "must be the list's address, # and the index")
    for index, entry in enumerate(document["evidence"]):
        where = f"/evidence/{index}"
        sha256 = entry["id"].rpartition("/")[2]
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise refuse(f"{where}/id", "must end in the file's SHA-256")
        if entry["digestSRI"] != sha256_sri(sha256) or entry["digestMultibase"] != sha256_multihash(sha256):
            raise refuse(where, "has digests that are not those of its own name")
    if parse_time(document["validUntil"]) <= parse_time(document["validFrom"]):
        raise refuse("/validUntil", "must be after validFrom")


def _check_list(document: dict[str, Any]) -> None:
    _check_addresses(document, {"/id": document["id"]})
    if document["credentialSubject"]["id"] != f"{document['id']}#list":
        raise refuse("/credentialSubject/id", "must be the list's address and #list")


def _check(document: Any, rules: dict[str, Rule]) -> str:
    kind = _kind(document)
    rules[kind](document, "")
    (_check_credential if kind == "OpenBadgeCredential" else _check_list)(document)
    return kind


def check_unsigned(document: Any) -> str:
    """Check a credential or status list before it is signed; give its type, or raise ShapeError."""
    return _check(document, _UNSIGNED)


def check_secured(document: Any) -> str:
    """Check a signed credential or status list, its two proofs included; give its type, or raise ShapeError."""
    kind = _check(document, _SECURED)
    methods = {proof["verificationMethod"] for proof in document["proof"]}
    if len(methods) != 1:
        raise refuse("/proof", "must be two proofs of one key")
    if methods.pop().partition("#")[0] != issuer_id(document):
        raise refuse("/proof/0/verificationMethod", "must be a key of the issuer")
    return kind
