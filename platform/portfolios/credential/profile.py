"""The credential document of one scorecard and one person, unsigned, in the exact profile of docs/credential.md."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portfolios.credential import shape
from portfolios.credential.evidence import MEDIA_TYPE
from portfolios.credential.keys import did_web
from portfolios.credential.multibase import sha256_multihash, sha256_sri
from portfolios.credential.sign import timestamp

ISSUER_NAME = "Assay"


@dataclass(frozen=True)
class Result:
    """One result: `id` a fragment ("p95_ms"), `kind` an Open Badges result type ("ext:LatencyMs"), `value` its text."""

    id: str
    name: str
    kind: str
    value: str
    least: str = ""
    most: str = ""


@dataclass(frozen=True)
class EvidenceFile:
    """A signed statement that the credential binds by the SHA-256 (hex) of its bytes."""

    sha256: str
    name: str
    genre: str = "in-toto statement, signed"


@dataclass(frozen=True)
class Award:
    """Everything that a credential says.

    base_url     the site's origin; the issuer's did:web, the status list's host and all addresses follow from it
    public_id    the credential's id in `/c/{public_id}`
    subject_id   a person's random UUID; never an address
    recipient    the person's name as they agreed to publish it, or ""
    page         path of the scorecard's page ("/s/abc/")
    badge        path of the badge image
    """

    base_url: str
    public_id: str
    subject_id: str
    recipient: str
    name: str
    achievement: str
    description: str
    criteria: str
    page: str
    badge: str
    results: tuple[Result, ...]
    tags: tuple[str, ...]
    evidence: tuple[EvidenceFile, ...]
    status_list: str
    status_index: int
    awarded_at: datetime
    valid_from: datetime
    valid_until: datetime


def _achievement(award: Award) -> dict[str, Any]:
    page = award.base_url + award.page
    document: dict[str, Any] = {
        "id": page,
        "type": ["Achievement"],
        "achievementType": "Assessment",
        "name": award.achievement,
        "description": award.description,
        "criteria": {"narrative": award.criteria},
        "image": {"id": award.base_url + award.badge, "type": "Image", "caption": award.achievement},
        "resultDescription": [
            {
                "id": f"{page}#{result.id}",
                "type": ["ResultDescription"],
                "name": result.name,
                "resultType": result.kind,
                **({"valueMin": result.least} if result.least else {}),
                **({"valueMax": result.most} if result.most else {}),
            }
            for result in award.results
        ],
    }
    if award.tags:
        document["tag"] = list(award.tags)
    return document


def _subject(award: Award) -> dict[str, Any]:
    page = award.base_url + award.page
    document: dict[str, Any] = {"id": f"urn:uuid:{award.subject_id}", "type": ["AchievementSubject"]}
    if award.recipient:
        document["identifier"] = [
            {"type": "IdentityObject", "hashed": False, "identityHash": award.recipient, "identityType": "name"}
        ]
    document["achievement"] = _achievement(award)
    document["result"] = [
        {"type": ["Result"], "resultDescription": f"{page}#{result.id}", "value": result.value}
        for result in award.results
    ]
    return document


def credential(award: Award) -> dict[str, Any]:
    """Lay the award out as an unsigned OpenBadgeCredential."""
    list_url = award.base_url + award.status_list
    return {
        "@context": list(shape.CREDENTIAL_CONTEXT),
        "id": f"{award.base_url}/c/{award.public_id}",
        "type": list(shape.CREDENTIAL_TYPE),
        "name": award.name,
        "issuer": {
            "id": did_web(award.base_url),
            "type": ["Profile"],
            "name": ISSUER_NAME,
            "url": award.base_url,
        },
        "validFrom": timestamp(award.valid_from),
        "validUntil": timestamp(award.valid_until),
        "awardedDate": timestamp(award.awarded_at),
        "credentialSubject": _subject(award),
        "credentialStatus": {
            "id": f"{list_url}#{award.status_index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(award.status_index),
            "statusListCredential": list_url,
        },
        "credentialSchema": [{"id": shape.SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
        "evidence": [
            {
                "id": f"{award.base_url}/evidence/{file.sha256}",
                "type": ["Evidence"],
                "name": file.name,
                "genre": file.genre,
                "digestSRI": sha256_sri(file.sha256),
                "digestMultibase": sha256_multihash(file.sha256),
                "mediaType": MEDIA_TYPE,
            }
            for file in award.evidence
        ],
    }
