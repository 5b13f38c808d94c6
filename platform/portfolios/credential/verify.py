"""The strict verifier: shape, issuer, both proofs, dates, status and evidence, from what is given and nothing else.

No network, no clock of its own, no database: the caller hands over the issuer's DID document, the status list, the
evidence files and the time. Each step says what was found; what could not be looked at is never counted as good.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from portfolios.credential import documents, members, proofs, shape, status
from portfolios.credential.evidence import EvidenceError, open_envelope
from portfolios.credential.keys import assertion_keys, signed_by
from portfolios.credential.multibase import decode_base58, sha256_hex

Outcome = Literal["ok", "failed", "undecided", "not checked"]
# A verifier's clock may be behind the issuer's by this much.
LEEWAY = timedelta(minutes=5)


@dataclass(frozen=True)
class Step:
    """`name` is what was looked at; `detail` one sentence on what was found."""

    name: str
    outcome: Outcome
    detail: str


@dataclass(frozen=True)
class Verdict:
    """`document` is the credential when its shape is right, to be believed only if `valid`; else None."""

    steps: tuple[Step, ...]
    document: dict[str, Any] | None = field(default=None, repr=False)

    @property
    def exit_status(self) -> int:
        """0 valid, 1 not valid, 2 cannot decide."""
        outcomes = {step.outcome for step in self.steps}
        return 1 if "failed" in outcomes else 2 if "undecided" in outcomes else 0

    @property
    def valid(self) -> bool:
        return self.exit_status == 0

    @property
    def word(self) -> str:
        return ("valid", "not valid", "cannot decide")[self.exit_status]

    def to_json(self) -> dict[str, Any]:
        return {"verdict": self.word, "steps": [asdict(step) for step in self.steps]}


class _Refused(Exception):
    """A step that did not end well."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome, self.detail = outcome, detail


def _failed(detail: str) -> _Refused:
    return _Refused("failed", detail)


def _undecided(detail: str) -> _Refused:
    return _Refused("undecided", detail)


@dataclass
class _Check:
    """One run of the verifier; each method is a step and gives its sentence or raises _Refused."""

    content: bytes | str
    did_document: dict[str, Any] | None
    status_list: bytes | str | None
    evidence: Mapping[str, bytes] | None
    issuer: str | None
    now: datetime
    document: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, Ed25519PublicKey] = field(default_factory=dict)
    bits: bytes = b""

    def shape(self) -> str:
        try:
            document = documents.parse(self.content)
            if shape.check_secured(document) != "OpenBadgeCredential":
                raise _failed("This is a status list, not a credential.")
        except (documents.DocumentError, members.ShapeError) as error:
            raise _failed(f"Not a credential of the known form: {error}.") from None
        self.document = document
        return "It has exactly the members of an Assay credential, nothing hidden and nothing added."

    def issued_by(self) -> str:
        did = shape.issuer_id(self.document)
        if self.issuer is not None and did != self.issuer:
            raise _failed(f"Issued by {did}, not by {self.issuer}.")
        if self.did_document is None:
            raise _undecided(f"The keys of {did} are not at hand: give its did.json.")
        try:
            self.keys = assertion_keys(self.did_document, did)
        except ValueError as error:
            raise _failed(f"The issuer's keys cannot be taken from the DID document: {error}.") from None
        method = self.document["proof"][0]["verificationMethod"]
        if method not in self.keys:
            raise _failed(f"{method} is not a key with which the issuer makes assertions.")
        return f"{did} lists the key {method.partition('#')[2]}."

    def _signed(self, document: dict[str, Any], position: int) -> bool:
        proof = document["proof"][position]
        public = self.keys.get(proof["verificationMethod"])
        if public is None:
            return False
        try:
            signature = decode_base58(proof["proofValue"], length=64)
        except ValueError:
            return False
        return signed_by(public, signature, proofs.message(document, proof))

    def _proof(self, position: int, covers: str) -> str:
        if not self.keys:
            raise _undecided("Not checkable without the issuer's keys.")
        if not self._signed(self.document, position):
            raise _failed("The signature does not fit: something was changed after it was issued, or the key is wrong.")
        return f"The signature over {covers} fits."

    def rdfc(self) -> str:
        return self._proof(0, "the statements (eddsa-rdfc-2022)")

    def jcs(self) -> str:
        return self._proof(1, "the exact text (eddsa-jcs-2022)")

    def dates(self) -> str:
        start, end = (members.parse_time(self.document[name]) for name in ("validFrom", "validUntil"))
        if self.now + LEEWAY < start:
            raise _failed(f"Not valid before {start:%Y-%m-%d %H:%M} UTC.")
        if self.now >= end:
            raise _failed(f"Ended on {end:%Y-%m-%d %H:%M} UTC.")
        return f"Valid from {start:%Y-%m-%d} to {end:%Y-%m-%d}."

    def fresh_list(self) -> str:
        entry = self.document["credentialStatus"]
        if self.status_list is None:
            raise _undecided(f"The status list is not at hand: give {entry['statusListCredential']}.")
        try:
            document = documents.parse(self.status_list)
            if shape.check_secured(document) != "BitstringStatusListCredential":
                raise _failed("What was given as the status list is not one.")
        except (documents.DocumentError, members.ShapeError) as error:
            raise _failed(f"Not a status list of the known form: {error}.") from None
        if document["id"] != entry["statusListCredential"]:
            raise _failed(f"The credential's list is {entry['statusListCredential']}, not {document['id']}.")
        if shape.issuer_id(document) != shape.issuer_id(self.document):
            raise _failed("The status list is of another issuer.")
        if not self.keys:
            raise _undecided("The status list is not checkable without the issuer's keys.")
        if not all(self._signed(document, position) for position in (0, 1)):
            raise _failed("The status list's signature does not fit.")
        start, end = (members.parse_time(document[name]) for name in ("validFrom", "validUntil"))
        if end - start > status.LIFETIME:
            raise _failed("The status list claims to be good for more than 7 days.")
        if self.now + LEEWAY < start or self.now >= end:
            raise _undecided(f"The status list is of {start:%Y-%m-%d} and out of date: get a fresh one.")
        try:
            self.bits = status.decode(document["credentialSubject"]["encodedList"])
        except status.StatusListError as error:
            raise _failed(f"The status list cannot be read: {error}.") from None
        return f"Signed by the issuer on {start:%Y-%m-%d %H:%M} UTC, good until {end:%Y-%m-%d %H:%M} UTC."

    def not_revoked(self) -> str:
        if not self.bits:
            raise _undecided("Not known without a good status list.")
        try:
            revoked = status.is_set(self.bits, int(self.document["credentialStatus"]["statusListIndex"]))
        except status.StatusListError as error:
            raise _failed(f"Its place in the list does not exist: {error}.") from None
        if revoked:
            raise _failed("The issuer has revoked it.")
        return "It has not been revoked."

    def evidence_files(self) -> str:
        if self.evidence is None:
            raise _Refused("not checked", "No evidence file was given; the credential names each by its SHA-256.")
        if not self.keys:
            raise _undecided("Not checkable without the issuer's keys.")
        for entry in self.document["evidence"]:
            sha256 = entry["id"].rpartition("/")[2]
            if sha256 not in self.evidence:
                raise _undecided(f"The evidence file {sha256[:12]}… is not at hand.")
            self._evidence_file(sha256, self.evidence[sha256])
        count = len(self.document["evidence"])
        files = "evidence file" if count == 1 else "evidence files"
        return f"{count} {files}: digest and signature fit, and the same results as in the credential."

    def _evidence_file(self, sha256: str, content: bytes) -> None:
        if sha256_hex(content) != sha256:
            raise _failed(f"The evidence file {sha256[:12]}… was changed.")
        try:
            predicate = open_envelope(content, self.keys)["predicate"]
        except EvidenceError as error:
            raise _failed(f"The evidence file {sha256[:12]}… cannot be believed: {error}.") from None
        subject = self.document["credentialSubject"]
        scorecard = predicate.get("scorecard")
        if not isinstance(scorecard, dict) or scorecard.get("page") != subject["achievement"]["id"]:
            raise _failed(f"The evidence file {sha256[:12]}… is about another scorecard.")
        said = {row["resultDescription"].rpartition("#")[2]: row["value"] for row in subject["result"]}
        if predicate.get("results") != said:
            raise _failed(f"The evidence file {sha256[:12]}… gives other results than the credential.")


def verify(
    content: bytes | str,
    *,
    now: datetime,
    did_document: dict[str, Any] | None = None,
    status_list: bytes | str | None = None,
    evidence: Mapping[str, bytes] | None = None,
    issuer: str | None = None,
) -> Verdict:
    """Check a credential offline.

    content       the credential as it was received (bytes or text, at most 256 KiB)
    now           the aware time at which it is to be valid
    did_document  the issuer's did.json; None leaves the signatures undecided
    status_list   the signed list that the credential names, as received; None leaves the status undecided
    evidence      SHA-256 (hex) -> file; None leaves the evidence out of the verdict
    issuer        the DID that alone is accepted, or None for the one that the DID document is of
    """
    check = _Check(content, did_document, status_list, evidence, issuer, now)
    names = {
        "Form": check.shape,
        "Issuer": check.issued_by,
        "Signature over the statements": check.rdfc,
        "Signature over the text": check.jcs,
        "Dates": check.dates,
        "Status list": check.fresh_list,
        "Not revoked": check.not_revoked,
        "Evidence": check.evidence_files,
    }
    steps: list[Step] = []
    for name, step in names.items():
        if name != "Form" and not check.document:
            steps.append(Step(name, "not checked", "Nothing is read from a document of an unknown form."))
            continue
        try:
            steps.append(Step(name, "ok", step()))
        except _Refused as refusal:
            steps.append(Step(name, refusal.outcome, refusal.detail))
    return Verdict(tuple(steps), check.document or None)
