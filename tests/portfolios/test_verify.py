"""The verifier: accepts what was issued, with no network; refuses each change; says when it cannot decide."""

import copy
import json
from datetime import timedelta

import pytest

from portfolios.credential import evidence, keys, multibase, proofs, sign, status
from tests.portfolios.issued import BASE, DID, NOW, RESULTS, issue, signed_list, statement


def outcome(verdict) -> dict[str, str]:
    return {step.name: step.outcome for step in verdict.steps}


def resigned(issued, document, *, suites=(proofs.RDFC, proofs.JCS), keys_=None):
    """A document with good signatures of `keys_` that never passed the shape check."""
    issuer = keys_ or issued.keys
    document = copy.deepcopy(document)
    document["proof"] = [proof for proof in document["proof"] if proof["cryptosuite"] in suites]
    for proof in document["proof"]:
        proof["proofValue"] = multibase.encode_base58(issuer.private.sign(proofs.message(document, proof)))
    return document


def test_verify_accepts_what_was_issued_without_any_network(issued, no_network):
    verdict = issued.verify()
    assert verdict.exit_status == 0, verdict.to_json()
    assert set(outcome(verdict).values()) == {"ok"}
    assert verdict.document == issued.credential


@pytest.mark.parametrize(
    "name",
    [
        "Zoë 🛰️",
        "مرحبا بالعالم",
        'Quote " and \\ backslash',
        "line\u2028separator",
        "<b>bold</b> & co",
        "e\u0301 combining",
    ],
)
def test_verify_accepts_names_of_every_script(name, no_network):
    issued = issue(achievement=name, recipient=name)
    assert issued.verify().valid


def member(*path, value):
    """A tamper that sets one member."""

    def tamper(document):
        target = document
        for key in path[:-1]:
            target = target[key]
        target[path[-1]] = value

    return tamper


def respelled(iri, name, datatype=None):
    """A tamper that writes a member by its full IRI: the RDF statements stay the same."""

    def tamper(document):
        value = document.pop(name)
        document[iri] = {"@type": datatype, "@value": value} if datatype else value

    return tamper


def without(*path):
    def tamper(document):
        target = document
        for key in path[:-1]:
            target = target[key]
        del target[path[-1]]

    return tamper


def moved_status(document):
    """The status on another object with the same id: for RDF it is the same statement."""
    document["evidence"].append({"id": document["id"], "credentialStatus": document.pop("credentialStatus")})


def flipped_letter(document):
    value = document["proof"][0]["proofValue"]
    document["proof"][0]["proofValue"] = value[:20] + ("2" if value[20] != "2" else "3") + value[21:]


def foreign_evidence_digest(document):
    digest = "d" * 64
    document["evidence"][0].update(
        id=f"{BASE}/evidence/{digest}",
        digestSRI=multibase.sha256_sri(digest),
        digestMultibase=multibase.sha256_multihash(digest),
    )


SUBJECT = "credentialSubject"
DATE_TIME = "http://www.w3.org/2001/XMLSchema#dateTime"
OTHER_LIST = f"{BASE}/status/list-2"
TAMPERS = {
    "score": member(SUBJECT, "result", 1, "value", value="99.9"),
    "grade": member(SUBJECT, "result", 0, "value", value="A"),
    "recipient": member(SUBJECT, "id", value="urn:uuid:0d7c2b54-9f0e-4c1b-8a52-6a4c9e1f7b34"),
    "recipient name": member(SUBJECT, "identifier", 0, "identityHash", value="Eve Student"),
    "recipient name removed": without(SUBJECT, "identifier"),
    "issuer name": member("issuer", "name", value="A better school"),
    "issuer": member("issuer", "id", value="did:web:evil.example"),
    "end date": member("validUntil", value="2099-01-01T00:00:00Z"),
    "end date removed": without("validUntil"),
    "award date": member("awardedDate", value="2020-01-01T00:00:00Z"),
    "evidence digest": foreign_evidence_digest,
    "evidence digest of another name": member("evidence", 0, "digestSRI", value=multibase.sha256_sri("d" * 64)),
    "evidence removed": member("evidence", value=[]),
    "status removed": without("credentialStatus"),
    "status index": member("credentialStatus", "statusListIndex", value="4712"),
    "status list address": member("credentialStatus", "statusListCredential", value=OTHER_LIST),
    "status purpose": member("credentialStatus", "statusPurpose", value="message"),
    "signature letter": flipped_letter,
    "unknown key": member("proof", 0, "verificationMethod", value=f"{DID}#key-2020-01"),
    "key as its own name": member(
        "proof", 0, "verificationMethod", value=f"{DID}#z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH"
    ),
    "unknown member": member("note", value="hello"),
    "unknown member inside": member(SUBJECT, "achievement", "creator", value="me"),
    "inline context": member("@context", 2, value={"validUntil": "https://evil.example/x"}),
    "another context": lambda document: document["@context"].append("https://www.w3.org/ns/credentials/examples/v2"),
    "vocabulary": lambda document: document["@context"].append({"@vocab": "https://evil.example/"}),
    "end date respelled": respelled("https://www.w3.org/2018/credentials#validUntil", "validUntil", DATE_TIME),
    "status respelled": respelled("https://www.w3.org/2018/credentials#credentialStatus", "credentialStatus"),
    "status moved": moved_status,
    "array order": lambda document: document[SUBJECT]["achievement"]["tag"].reverse(),
    "results swapped": lambda document: document[SUBJECT]["result"].reverse(),
    "type added": lambda document: document["type"].append("AchievementCredential"),
    "type as text": member("type", value="OpenBadgeCredential"),
    "text instead of object": member("issuer", value=DID),
    "text instead of array": member("evidence", 0, "type", value="Evidence"),
    "object instead of array": lambda document: document.update(proof=document["proof"][0]),
    "array instead of object": lambda document: document.update(credentialStatus=[document["credentialStatus"]]),
    "number instead of text": member(SUBJECT, "result", 1, "value", value=82.4),
    "control character": member("name", value="Weather\x08 oracle"),
    "missing proof": without("proof"),
    "jcs proof stripped": lambda document: document["proof"].pop(),
    "rdfc proof stripped": lambda document: document["proof"].pop(0),
    "proofs swapped": lambda document: document["proof"].reverse(),
    "wrong cryptosuite": member("proof", 0, "cryptosuite", value="eddsa-2022"),
    "wrong purpose": member("proof", 0, "proofPurpose", value="authentication"),
    "proof date": member("proof", 1, "created", value="2020-01-01T00:00:00Z"),
    "jcs proof without its context": without("proof", 1, "@context"),
    "address elsewhere": member("id", value="https://evil.example/c/1"),
    "time in another spelling": member("validFrom", value="2026-11-20T12:00:00+00:00"),
}


@pytest.mark.parametrize("name", TAMPERS)
def test_verify_refuses_a_changed_credential(issued, name, no_network):
    document = copy.deepcopy(issued.credential)
    TAMPERS[name](document)
    assert document != issued.credential
    verdict = issued.verify(document)
    assert verdict.exit_status == 1, verdict.to_json()


RDF_KEEPS = ["end date respelled", "status respelled", "array order", "results swapped", "jcs proof stripped"]


@pytest.mark.parametrize("name", RDF_KEEPS)
def test_rdf_signature_alone_would_have_kept_the_change(issued, name):
    """Why the closed world and the second proof are there: the RDF signature of the changed document still fits."""
    document = copy.deepcopy(issued.credential)
    TAMPERS[name](document)
    proof = document["proof"][0]
    signature = multibase.decode_base58(proof["proofValue"], length=64)
    assert keys.signed_by(issued.keys.private.public_key(), signature, proofs.message(document, proof))


def test_verify_refuses_duplicate_members(issued):
    text = json.dumps(issued.credential).replace(
        '"validUntil":', '"validUntil": "2099-01-01T00:00:00Z", "validUntil":', 1
    )
    assert issued.verify(text).exit_status == 1


@pytest.mark.parametrize(
    "text", ["", "[]", "not json", '{"a": NaN}', '{"a":' * 2000 + "1" + "}" * 2000, "\ud800", "x" * 300_000]
)
def test_verify_refuses_what_is_no_credential(issued, text):
    verdict = issued.verify(text)
    assert verdict.exit_status == 1
    assert outcome(verdict)["Not revoked"] == "not checked"


def test_verify_refuses_a_foreign_key(issued):
    forged = resigned(issued, issued.credential, keys_=keys.generate("key-2026-11"))
    assert outcome(issued.verify(forged))["Signature over the statements"] == "failed"


def test_verify_refuses_a_good_signature_over_an_unknown_member(issued):
    document = copy.deepcopy(issued.credential)
    document["description"] = "The issuer's own key signed this, and still it is not of the profile."
    assert issued.verify(resigned(issued, document)).exit_status == 1


def test_verify_refuses_a_key_that_is_not_for_assertions(issued):
    verdict = issued.verify(did_document={**issued.did_document, "assertionMethod": []})
    assert outcome(verdict)["Issuer"] == "failed"


def test_verify_refuses_a_did_document_of_another(issued):
    assert issued.verify(did_document={**issued.did_document, "id": "did:web:evil.example"}).exit_status == 1


def test_verify_refuses_another_issuer_than_the_pinned_one(issued):
    assert issued.verify(issuer=DID).valid
    assert issued.verify(issuer="did:web:school.example").exit_status == 1


@pytest.mark.parametrize(("days", "status_"), [(-2, 1), (0, 0), (899, 0), (901, 1)])
def test_verify_keeps_to_the_dates(issued, days, status_):
    now = NOW + timedelta(days=days)
    fresh = json.dumps(signed_list(issued.keys, now=now))
    assert issued.verify(now=now, status_list=fresh).exit_status == status_


def test_verify_refuses_a_revoked_credential(issued):
    revoked = signed_list(issued.keys, status.with_bit(status.empty(), 4711))
    verdict = issued.verify(status_list=json.dumps(revoked))
    assert outcome(verdict)["Not revoked"] == "failed"
    neighbours = status.with_bit(status.with_bit(status.empty(), 4710), 4712)
    assert issued.verify(status_list=json.dumps(signed_list(issued.keys, neighbours))).valid


def test_verify_does_not_accept_a_stale_list(issued):
    verdict = issued.verify(status_list=json.dumps(signed_list(issued.keys, now=NOW - timedelta(days=8))))
    assert verdict.exit_status == 2
    assert "fresh" in next(step.detail for step in verdict.steps if step.name == "Status list")


def test_verify_refuses_a_list_that_claims_to_be_good_for_long(issued):
    unsigned = status.status_list(BASE, "/status/list-1", status.empty(), now=NOW)
    unsigned["validUntil"] = sign.timestamp(NOW + timedelta(days=300))
    long = sign.secure(unsigned, keys=issued.keys, created=NOW)
    assert issued.verify(status_list=json.dumps(long)).exit_status == 1


def test_verify_refuses_a_foreign_list(issued):
    elsewhere = signed_list(issued.keys, path="/status/list-2")
    assert issued.verify(status_list=json.dumps(elsewhere)).exit_status == 1
    other_key = signed_list(keys.generate("key-2026-11"))
    assert issued.verify(status_list=json.dumps(other_key)).exit_status == 1


def test_verify_refuses_a_changed_list(issued):
    revoked = signed_list(issued.keys, status.with_bit(status.empty(), 4711))
    revoked["credentialSubject"]["encodedList"] = issued.status_list["credentialSubject"]["encodedList"]
    assert issued.verify(status_list=json.dumps(revoked)).exit_status == 1


def test_verify_refuses_changed_evidence(issued):
    digest, file = next(iter(issued.evidence.items()))
    assert issued.verify(evidence={digest: file.replace(b"payload", b"Payload", 1)}).exit_status == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"results": {result.id: result.value for result in RESULTS} | {"total": "99.9"}},
        {"scorecard": {"page": f"{BASE}/s/other/"}},
    ],
)
def test_verify_refuses_evidence_that_says_something_else(issued, changes):
    """Even when the issuer itself signed both."""
    file = evidence.envelope(statement(**changes), base_url=BASE, keys=issued.keys)
    digest = multibase.sha256_hex(file)
    document = copy.deepcopy(issued.credential)
    document["evidence"][0].update(
        id=f"{BASE}/evidence/{digest}",
        digestSRI=multibase.sha256_sri(digest),
        digestMultibase=multibase.sha256_multihash(digest),
    )
    verdict = issued.verify(resigned(issued, document), evidence={digest: file})
    assert [step.name for step in verdict.steps if step.outcome == "failed"] == ["Evidence"]


@pytest.mark.parametrize("missing", ["did_document", "status_list"])
def test_verify_cannot_decide_without_a_needed_file(issued, missing):
    assert issued.verify(**{missing: None}).exit_status == 2


def test_verify_without_evidence_says_that_it_was_not_checked(issued):
    verdict = issued.verify(evidence=None)
    assert verdict.valid
    assert outcome(verdict)["Evidence"] == "not checked"


def test_rotation_keeps_what_the_old_key_signed(issued):
    rotated = keys.rotate(issued.keys, "key-2027-01")
    lists = json.dumps(signed_list(rotated))
    assert issued.verify(did_document=keys.did_document(DID, rotated), status_list=lists).valid
    removed = keys.did_document(DID, keys.IssuerKeys(rotated.name, rotated.private, {}))
    assert issued.verify(did_document=removed, status_list=lists).exit_status == 1
