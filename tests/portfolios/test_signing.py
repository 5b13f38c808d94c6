"""Before a signature: nothing is signed that another verifier would read differently; keys, lists, evidence files."""

import base64
import json
import multiprocessing
import subprocess

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, strategies
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

from portfolios.credential import evidence, keys, members, multibase, profile, sign, status
from tests.portfolios.issued import BASE, DID, NOW, award, issue, statement


@pytest.mark.parametrize("character", ["\x00", "\x08", "\t", "\n", "\x1b", "\x7f", "\ud800"])
@pytest.mark.parametrize("field", ["name", "achievement", "recipient", "criteria"])
def test_secure_refuses_control_characters_before_signing(issued, field, character):
    file = profile.EvidenceFile("a" * 64, "x")
    document = profile.credential(award(**{field: f"Weather{character}oracle"}, evidence=(file,)))
    with pytest.raises(members.ShapeError, match="control character"):
        sign.secure(document, keys=issued.keys, created=NOW)


def test_secure_refuses_a_member_that_no_context_defines(issued):
    document = profile.credential(award(evidence=(profile.EvidenceFile("a" * 64, "x"),)))
    document["credentialSubject"]["favouriteColour"] = "blue"
    with pytest.raises(members.ShapeError, match="/credentialSubject/favouriteColour"):
        sign.secure(document, keys=issued.keys, created=NOW)


def test_credential_is_small(issued):
    assert len(json.dumps(issued.credential)) <= 8 * 1024
    assert len(json.dumps(issued.status_list)) <= 20 * 1024


# Keys


def test_key_file_is_made_once_and_only_for_its_owner(tmp_path):
    path = tmp_path / "keys" / "issuer.pem"
    first = keys.load_or_create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert keys.to_pem(keys.load_or_create(path)) == keys.to_pem(first)
    assert [file.name for file in path.parent.iterdir()] == ["issuer.pem"]


def _name_of_key(path):
    return keys.multikey(keys.load_or_create(path).private.public_key())


def test_key_file_is_the_same_for_processes_that_start_at_once(tmp_path):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert len(set(pool.map(_name_of_key, [tmp_path / "issuer.pem"] * 4))) == 1


def test_key_file_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "issuer.pem"
    keys.load_or_create(path)
    path.chmod(0o644)
    with pytest.raises(keys.KeyFileError, match="chmod 600"):
        keys.load_or_create(path)


@pytest.mark.parametrize(
    "text", ["", "nonsense", "key-1\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_key_file_that_holds_no_key_is_refused(text):
    with pytest.raises(keys.KeyFileError):
        keys.from_pem(text)


def test_rotate_keeps_the_old_public_key_in_the_file_and_in_the_did_document():
    old = keys.generate("key-2026-11")
    rotated = keys.from_pem(keys.to_pem(keys.rotate(old, "key-2027-01")))
    assert rotated.name == "key-2027-01"
    document = keys.did_document(DID, rotated)
    assert document["assertionMethod"] == [f"{DID}#key-2026-11", f"{DID}#key-2027-01"]
    assert document["verificationMethod"][0]["publicKeyMultibase"] == keys.multikey(old.private.public_key())
    with pytest.raises(ValueError, match="already"):
        keys.rotate(rotated, "key-2026-11")


@pytest.mark.parametrize(
    ("base", "did"),
    [
        ("https://assay.example", "did:web:assay.example"),
        ("http://127.0.0.1:8000", "did:web:127.0.0.1%3A8000"),
        ("https://assay.example:8443", "did:web:assay.example%3A8443"),
    ],
)
def test_did_web_is_made_of_the_origin(base, did):
    assert keys.did_web(base) == did


def test_did_web_refuses_an_address_with_a_path():
    with pytest.raises(ValueError, match="plain origin"):
        keys.did_web("https://assay.example/site")


# Multibase and status lists


@given(strategies.binary(min_size=64, max_size=64))
def test_base58_comes_back(data):
    assert multibase.decode_base58(multibase.encode_base58(data), length=64) == data


@pytest.mark.parametrize("text", ["", "z", "u111", "z0", "zé", "z" + "1" * 200, "z" + "z" * 88])
def test_base58_refuses_anything_else(text):
    with pytest.raises(ValueError, match=r"base58btc|not 64 bytes"):
        multibase.decode_base58(text, length=64)


@given(strategies.sets(strategies.integers(0, status.ENTRIES - 1), max_size=20))
def test_status_list_comes_back(indexes):
    bits = status.empty()
    for index in indexes:
        bits = status.with_bit(bits, index)
    decoded = status.decode(status.encode(bits))
    assert {index for index in range(status.ENTRIES) if status.is_set(decoded, index)} == indexes


def test_status_list_begins_at_the_most_significant_bit():
    assert status.with_bit(status.empty(), 0)[0] == 0x80


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (multibase.encode_base64url(b"nope"), "gzip"),
        (status.encode(bytes(100)), "fewer"),
        (status.encode(bytes(status.MAX_BYTES + 1)), "larger"),
        (status.encode(status.empty())[:-8], "cut off"),
    ],
)
def test_status_list_that_cannot_be_read_is_refused(text, why):
    with pytest.raises(status.StatusListError, match=why):
        status.decode(text)


def test_free_index_avoids_the_taken_ones_and_ends_on_a_full_list():
    taken = set(range(status.ENTRIES // 2 - 1))
    assert status.free_index(taken) not in taken
    with pytest.raises(status.StatusListError, match="full"):
        status.free_index(set(range(status.ENTRIES // 2)))


# Evidence


def test_evidence_is_accepted_by_securesystemslib(issued):
    file = next(iter(issued.evidence.values()))
    envelope = Envelope.from_dict(json.loads(file))
    public = SSlibKey.from_crypto(issued.keys.private.public_key(), keyid=f"{DID}#{issued.keys.name}")
    assert envelope.verify([public], threshold=1)
    envelope.payload += b" "
    with pytest.raises(VerificationError):
        envelope.verify([public], threshold=1)


def test_evidence_is_accepted_by_plain_openssl(issued, tmp_path):
    sealed = json.loads(next(iter(issued.evidence.values())))
    payload = base64.b64decode(sealed["payload"])
    kind = sealed["payloadType"].encode()
    # The encoding as the DSSE protocol writes it down, not by our own function.
    (tmp_path / "pae").write_bytes(b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload))
    (tmp_path / "sig").write_bytes(base64.b64decode(sealed["signatures"][0]["sig"]))
    public = issued.keys.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "pub.pem").write_bytes(public)
    command = [
        "openssl",
        "pkeyutl",
        "-verify",
        "-rawin",
        "-pubin",
        "-inkey",
        "pub.pem",
        "-sigfile",
        "sig",
        "-in",
        "pae",
    ]
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 0
    (tmp_path / "pae").write_bytes((tmp_path / "pae").read_bytes() + b"x")
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode != 0


def test_evidence_keeps_whole_numbers_whole(issued):
    payload = json.loads(base64.b64decode(json.loads(next(iter(issued.evidence.values())))["payload"]))
    assert payload["predicate"]["measurements"]["load"]["requests"] == 50
    assert isinstance(payload["predicate"]["measurements"]["load"]["requests"], int)
    assert [subject["digest"] for subject in payload["subject"]] == [
        {"sha256": "a" * 64},
        {"gitCommit": "b" * 40},
        {"sha256": "c" * 64},
    ]


def test_evidence_about_nothing_is_refused():
    with pytest.raises(evidence.EvidenceError, match="about"):
        evidence.statement(BASE, predicate={})


def test_evidence_of_another_key_is_refused(issued):
    other = issue()
    with pytest.raises(evidence.EvidenceError, match="does not fit"):
        evidence.open_envelope(
            evidence.envelope(statement(), base_url=BASE, keys=other.keys),
            {f"{DID}#key-2026-11": issued.keys.private.public_key()},
        )
