"""Consent, issuing, taking back: what is stored, what verifies, what is gone."""

import json

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from portfolios import actions, checking, issuing
from portfolios.credential import evidence, keys, status
from portfolios.models import Consent, Credential, EvidenceFile, SearchEntry, StatusList
from portfolios.tasks import publish as publish_task
from portfolios.tasks import resign_status_lists
from tests import factories
from tests.portfolios.issued import BASE, DID
from tests.portfolios.reports import report


def verdict_of(credential):
    return checking.check(json.dumps(credential.document))


def test_publish_records_consent_and_issues_a_credential_that_verifies(published, student, no_network):
    agreed = Consent.objects.get()
    assert (agreed.user, agreed.text_version, agreed.withdrawn_at) == (student, "2026-11", None)
    credential = Credential.objects.get()
    verdict = verdict_of(credential)
    assert {step.outcome for step in verdict.steps} == {"ok"}, verdict.to_json()
    assert verdict.document["issuer"]["id"] == DID
    assert verdict.document["credentialSubject"]["id"] == f"urn:uuid:{student.profile.subject_id}"
    values = {
        row["resultDescription"].rpartition("#")[2]: row["value"]
        for row in verdict.document["credentialSubject"]["result"]
    }
    assert values["total"] == "82.4"
    assert values["grade"] == "B"
    assert values["p95_ms"] == "41.3"
    assert "category-build" not in values


def test_publish_twice_issues_once(published, student, publish):
    publish(published, student)
    publish_task(published.pk)
    assert (Consent.objects.count(), Credential.objects.count(), SearchEntry.objects.count()) == (1, 1, 1)


def test_second_credential_of_one_person_is_refused_by_the_database(published, student):
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.issue_credential(scorecard=published, user=student)


def test_credential_and_public_files_hold_no_address(published, student, client):
    credential = Credential.objects.get()
    texts = [json.dumps(credential.document), bytes(credential.evidence_files.get().content).decode()]
    texts.append(client.get(f"/c/{credential.public_id}").content.decode())
    assert not any(student.email in text for text in texts)


def test_each_member_consents_for_themselves(published, team, publish):
    mate = factories.user("mia", display_name="Mia Mate")
    factories.Membership.objects.create(team=team, user=mate)
    assert "mia" not in SearchEntry.objects.get().text
    publish(published, mate)
    assert "mia mate" in SearchEntry.objects.get().text
    names = {row.document["credentialSubject"]["identifier"][0]["identityHash"] for row in Credential.objects.all()}
    assert names == {"sam", "Mia Mate"}
    assert len({row.status_index for row in Credential.objects.all()}) == 2


def test_withdraw_of_one_member_leaves_the_other(published, team, student, publish):
    mate = factories.user("mia")
    factories.Membership.objects.create(team=team, user=mate)
    publish(published, mate)
    actions.withdraw_consent(scorecard=published, by=student)
    published.refresh_from_db()
    assert published.is_published
    assert Credential.objects.get(revoked_at=None).user == mate
    assert "\nsam" not in SearchEntry.objects.get().text
    actions.withdraw_consent(scorecard=published, by=mate)
    published.refresh_from_db()
    assert not published.is_published
    assert not SearchEntry.objects.exists()


def test_unpublish_revokes_and_the_credential_no_longer_verifies(published):
    credential = Credential.objects.get()
    actions.unpublish_scorecard(scorecard=published)
    credential.refresh_from_db()
    assert credential.revoked_at is not None
    verdict = verdict_of(credential)
    assert [step.name for step in verdict.steps if step.outcome == "failed"] == ["Not revoked"]
    assert not Consent.objects.filter(withdrawn_at=None).exists()


def test_publish_again_after_taking_back_gives_a_new_credential(published, student, publish):
    old = Credential.objects.get()
    actions.unpublish_scorecard(scorecard=published)
    publish(published, student)
    new = Credential.objects.get(revoked_at=None)
    assert new.public_id != old.public_id
    assert verdict_of(new).valid
    assert not verdict_of(old).valid


def test_revoke_twice_changes_nothing(published):
    credential = Credential.objects.get()
    actions.revoke_credential(credential=credential, reason="first")
    signed = StatusList.objects.get().signed_at
    actions.revoke_credential(credential=credential, reason="second")
    credential.refresh_from_db()
    assert credential.revoked_reason == "first"
    assert StatusList.objects.get().signed_at == signed


def test_provisional_scorecard_is_published_but_not_signed(site, project, student, publish):
    card = report()["scorecard"] | {"provisional": True}
    row = factories.scorecard(
        evaluation=factories.evaluation(project=project, by=student), report=report(scorecard=card)
    )
    publish(row, student)
    assert row.is_published
    assert not Credential.objects.exists()
    assert "provisional" in issuing.why_unsigned(row)
    assert SearchEntry.objects.count() == 1


def test_scorecard_of_a_source_that_was_never_fetched_is_not_signed(site, project, student, publish):
    row = factories.scorecard(evaluation=factories.evaluation(project=project, by=student), report=report(source={}))
    publish(row, student)
    assert not Credential.objects.exists()
    assert "never fetched" in issuing.why_unsigned(row)


@pytest.mark.parametrize("name", ["\x07 Bell \x7f", "e\u0301 🛰️ <b>", "\x01"])
def test_names_with_control_characters_are_signed_without_them(scorecard, student, publish, name):
    student.display_name = name
    student.save()
    publish(scorecard, student)
    credential = Credential.objects.get()
    assert verdict_of(credential).valid


def test_status_lists_are_signed_again_and_stay_revoked(published):
    credential = Credential.objects.get()
    actions.revoke_credential(credential=credential, reason="x")
    before = StatusList.objects.get()
    resign_status_lists()
    after = StatusList.objects.get()
    assert after.signed_at > before.signed_at
    assert status.is_set(bytes(after.bits), credential.status_index)
    assert not verdict_of(credential).valid


def test_daily_task_issues_what_the_queue_lost(scorecard, student):
    Consent.objects.create(user=student, scorecard=scorecard, text_version="2026-11")
    scorecard.published_at = timezone.now()
    scorecard.save()
    resign_status_lists()
    assert Credential.objects.count() == 1
    assert SearchEntry.objects.count() == 1


def test_publish_task_leaves_what_was_taken_back_meanwhile(published):
    actions.unpublish_scorecard(scorecard=published)
    publish_task(published.pk)
    assert not SearchEntry.objects.exists()
    assert not Credential.objects.filter(revoked_at=None).exists()


def test_evidence_statement_names_commit_archive_and_image(published):
    file = EvidenceFile.objects.get()
    public = {f"{DID}#{issuing.issuer_keys().name}": issuing.issuer_keys().private.public_key()}
    statement = evidence.open_envelope(bytes(file.content), public)
    assert [row["digest"] for row in statement["subject"]] == [
        {"sha256": "a" * 64},
        {"gitCommit": "b" * 40},
        {"sha256": "d" * 64},
    ]
    assert statement["predicate"]["measurements"]["load"]["requests"] == 3000
    assert "why" not in statement["predicate"]["measurements"]["load"]
    assert statement["predicateType"] == f"{BASE}/attestations/evaluation/v1"


def test_credential_that_does_not_verify_is_not_stored(scorecard, student, publish, monkeypatch):
    """The key changes between signing and checking: our own verifier must notice, and nothing may be kept."""
    foreign = keys.did_document(DID, keys.generate("key-2026-11"))
    monkeypatch.setattr(actions.keys, "did_document", lambda *_: foreign)
    with pytest.raises(actions.NotIssuedError):
        actions.issue_credential(scorecard=scorecard, user=student)
    assert not Credential.objects.exists()
    assert not EvidenceFile.objects.exists()


def test_erasing_a_person_leaves_only_the_revocation(published, student, client):
    credential = Credential.objects.get()
    copy_outside = json.dumps(credential.document)
    with pytest.raises(ProtectedError):
        student.delete()
    actions.erase_person(user=student)
    credential.refresh_from_db()
    assert (credential.user, credential.document) == (None, {})
    assert not EvidenceFile.objects.exists()
    assert not checking.check(copy_outside).valid
    assert client.get(f"/c/{credential.public_id}").status_code == 410


def test_erasing_a_person_leaves_the_others_evidence(published, student, team, publish):
    mate = factories.user("mia")
    factories.Membership.objects.create(team=team, user=mate)
    publish(published, mate)
    actions.erase_person(user=student)
    assert verdict_of(Credential.objects.get(user=mate)).valid
    assert {step.outcome for step in verdict_of(Credential.objects.get(user=mate)).steps} == {"ok"}


def test_somebody_who_left_the_team_takes_back_only_their_own(published, student, team, client, publish):
    mate = factories.user("mia")
    factories.Membership.objects.create(team=team, user=mate)
    publish(published, mate)
    team.memberships.filter(user=mate).delete()
    client.force_login(mate)
    client.post(f"/s/{published.public_id}/unpublish/", {"whole": "1"})
    assert Credential.objects.get(revoked_at=None).user == student
