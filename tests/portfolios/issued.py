"""One issued credential with everything that checks it, made with a real key and no database."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from portfolios.credential import evidence, keys, profile, sign, status
from portfolios.credential.multibase import sha256_hex
from portfolios.credential.verify import Verdict, verify

BASE = "https://portfolio.example"
DID = "did:web:portfolio.example"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LIST = "/status/list-1"
RESULTS = (
    profile.Result("grade", "Grade", "LetterGrade", "B"),
    profile.Result("total", "Total", "RawScore", "82.4", "0", "100"),
    profile.Result("p95_ms", "95th percentile latency, ms", "ext:LatencyMs", "41.3"),
)


@dataclass(frozen=True)
class Issued:
    """What an employer would have in a folder."""

    keys: keys.IssuerKeys
    credential: dict[str, Any]
    did_document: dict[str, Any]
    status_list: dict[str, Any]
    evidence: dict[str, bytes]

    def verify(self, document: dict[str, Any] | str | bytes | None = None, **given: Any) -> Verdict:
        """Verify `document` (the credential unless given) with the folder's other files, each replaceable by name."""
        content = self.credential if document is None else document
        given = {
            "now": NOW,
            "did_document": self.did_document,
            "status_list": json.dumps(self.status_list),
            "evidence": self.evidence,
            **given,
        }
        return verify(json.dumps(content) if isinstance(content, dict) else content, **given)


def award(**changes: Any) -> profile.Award:
    return replace(
        profile.Award(
            base_url=BASE,
            public_id="6a1b9f6e-3f5c-4a1e-9d43-2f1f5d3c9a10",
            subject_id="0d7c2b54-9f0e-4c1b-8a52-6a4c9e1f7b33",
            recipient="Ada Student",
            name="Weather oracle: grade B (82.4 of 100)",
            achievement="Weather oracle was built, deployed and loaded",
            description="Evaluated from its repository under the rubric general@1.",
            criteria="The repository was built, started, loaded and watched in a sandbox.",
            page="/s/abc123/",
            badge="/badge/abc123.svg",
            results=RESULTS,
            tags=("Python", "FastAPI"),
            evidence=(),
            status_list=LIST,
            status_index=4711,
            awarded_at=NOW - timedelta(days=1),
            valid_from=NOW - timedelta(days=1),
            valid_until=NOW + timedelta(days=900),
        ),
        **changes,
    )


def statement(**changes: Any) -> dict[str, Any]:
    """The evaluation's statement; `changes` replace members of its predicate."""
    predicate = {
        "scorecard": {"page": f"{BASE}/s/abc123/", "digest": "sha256:" + "5" * 64, "rubric": "general@1"},
        "results": {result.id: result.value for result in RESULTS},
        "measurements": {"load": {"p95_ms": 41.3, "requests": 50}},
        **changes,
    }
    return evidence.statement(
        BASE, archive_sha256="a" * 64, commit="b" * 40, image_sha256="c" * 64, predicate=predicate
    )


def signed_list(issuer: keys.IssuerKeys, bits: bytes | None = None, *, now: datetime = NOW, path: str = LIST):
    unsigned = status.status_list(BASE, path, status.empty() if bits is None else bits, now=now)
    return sign.secure(unsigned, keys=issuer, created=now)


def issue(issuer: keys.IssuerKeys | None = None, **changes: Any) -> Issued:
    """A credential with its folder; `changes` are members of the award."""
    issuer = issuer or keys.generate("key-2026-11")
    file = evidence.envelope(statement(), base_url=BASE, keys=issuer)
    digest = sha256_hex(file)
    given = award(evidence=(profile.EvidenceFile(digest, "How it was evaluated"),), **changes)
    return Issued(
        keys=issuer,
        credential=sign.secure(profile.credential(given), keys=issuer, created=given.valid_from),
        did_document=keys.did_document(DID, issuer),
        status_list=signed_list(issuer),
        evidence={digest: file},
    )
