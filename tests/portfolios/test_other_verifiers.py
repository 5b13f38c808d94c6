"""Verifiers that we did not write accept each proof, and the contexts mean the same in other people's copies."""

import hashlib
import json
from importlib import resources

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from openbadgeslib.ob3.ldp import OB3LdpVerifier
from openbadgeslib.ob3.status import decode_encoded_list, set_indices
from openbadgeslib.ob3.verifier import OB3VerificationError
from openvc.did.base import multikey_to_jwk
from openvc.proof.data_integrity import DataIntegrityProofSuite, SignatureInvalid
from openvc.proof.di_jcs import EddsaJcsProofSuite
from openvc.proof.errors import ProofError

from portfolios.credential import contexts, keys, sign, status
from tests.portfolios.issued import DID, NOW

# The third context of the profile, in the form in which openvc takes contexts that it does not ship.
EXTRA = {url: contexts.load(url)["document"] for url in (contexts.OB3, contexts.OB3_EXTENSIONS)}


def _with_proof(document, position):
    return {**document, "proof": document["proof"][position]}


def _jwk(issued):
    return multikey_to_jwk(keys.multikey(issued.keys.private.public_key()))


def _pem(issued):
    return issued.keys.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def test_openbadgeslib_accepts_both_proofs_in_one_array(issued, no_network):
    OB3LdpVerifier(pubkey_pem=_pem(issued), issuer_did=DID).verify(json.dumps(issued.credential))


def test_openbadgeslib_refuses_a_changed_result(issued):
    changed = json.loads(json.dumps(issued.credential))
    changed["credentialSubject"]["result"][0]["value"] = "A"
    with pytest.raises(OB3VerificationError):
        OB3LdpVerifier(pubkey_pem=_pem(issued), issuer_did=DID).verify(json.dumps(changed))


@pytest.mark.parametrize("which", ["credential", "status_list"])
def test_openvc_accepts_the_rdfc_proof(issued, which, no_network):
    document = _with_proof(getattr(issued, which), 0)
    found = DataIntegrityProofSuite().verify(document, public_key_jwk=_jwk(issued), now=NOW, extra_contexts=EXTRA)
    assert found.issuer == DID


@pytest.mark.parametrize("which", ["credential", "status_list"])
def test_openvc_accepts_the_jcs_proof(issued, which, no_network):
    document = _with_proof(getattr(issued, which), 1)
    assert EddsaJcsProofSuite().verify(document, public_key_jwk=_jwk(issued), now=NOW).issuer == DID


def test_openvc_refuses_a_changed_credential(issued):
    changed = {**issued.credential, "name": "Another name"}
    with pytest.raises(SignatureInvalid):
        DataIntegrityProofSuite().verify(
            _with_proof(changed, 0), public_key_jwk=_jwk(issued), now=NOW, extra_contexts=EXTRA
        )
    with pytest.raises(ProofError):
        EddsaJcsProofSuite().verify(_with_proof(changed, 1), public_key_jwk=_jwk(issued), now=NOW)


class _Key:
    """The issuer's key as openvc wants to see a key."""

    alg = "EdDSA"

    def __init__(self, issued):
        self.sign = issued.keys.private.sign


def test_openvc_signs_the_same_bytes(issued):
    unsecured = {key: value for key, value in issued.credential.items() if key != "proof"}
    ours = issued.credential["proof"][0]
    theirs = DataIntegrityProofSuite().add_proof(
        unsecured,
        signing_key=_Key(issued),
        verification_method=ours["verificationMethod"],
        created=NOW.replace(day=20),
        extra_contexts=EXTRA,
    )
    assert theirs["proof"] == ours


def test_openbadgeslib_reads_the_status_list(issued):
    bits = status.with_bit(status.with_bit(status.empty(), 0), 4711)
    assert set_indices(decode_encoded_list(status.encode(bits))) == {0, 4711}
    document = sign.secure(
        status.status_list("https://portfolio.example", "/status/x", bits, now=NOW), keys=issued.keys, created=NOW
    )
    assert document["credentialSubject"]["encodedList"].startswith("uH4sI")


def test_contexts_are_the_published_ones():
    for name, digest in contexts.FILES.values():
        content = resources.files("portfolios.credential.contexts").joinpath(name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest


def test_contexts_that_are_not_shipped_are_not_fetched(no_network):
    with pytest.raises(ValueError, match="never fetched"):
        contexts.load("https://purl.imsglobal.org/spec/ob/v3p0/context.json")


def _terms(value):
    if isinstance(value, dict):
        return set(value) | set().union(*(_terms(member) for member in value.values()))
    return set().union(*(_terms(member) for member in value)) if isinstance(value, list) else set()


def test_contexts_mean_the_same_in_the_copy_of_openbadgeslib(issued):
    """One address was once given two contents; the difference is in terms that the profile does not use."""
    folder = resources.files("openbadgeslib.ob3.contexts")
    for url in (contexts.OB3, contexts.OB3_EXTENSIONS):
        name = contexts.FILES[url][0]
        theirs = json.loads(folder.joinpath(name).read_text())["@context"]
        ours = contexts.load(url)["document"]["@context"]
        differing = {term for term in theirs.keys() | ours.keys() if theirs.get(term) != ours.get(term)}
        assert not differing & _terms(issued.credential)
