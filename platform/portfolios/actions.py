"""Writes of portfolios: consent and publication, credentials, revocation, status lists, profiles."""

import json
import logging
import uuid

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from evaluations.models import Scorecard
from portfolios import consent, indexing, issuing
from portfolios.credential import evidence, keys, profile, sign, status
from portfolios.credential.multibase import sha256_hex
from portfolios.credential.verify import verify
from portfolios.models import Consent, Credential, EvidenceFile, Profile, SearchEntry, StatusList

log = logging.getLogger(__name__)


class NotIssuedError(Exception):
    """The new credential did not pass our own verifier; nothing is stored."""


@transaction.atomic
def publish_scorecard(*, scorecard: Scorecard, by: User) -> Consent:
    """Record a member's consent and make the page public; their credential follows from the `web` queue.

    The first consent publishes; each further member adds their own name and credential.
    """
    agreed, _ = Consent.objects.get_or_create(
        user=by, scorecard=scorecard, withdrawn_at=None, defaults={"text_version": consent.VERSION}
    )
    Profile.objects.get_or_create(user=by)
    if not scorecard.is_published:
        scorecard.published_at, scorecard.unpublished_at = timezone.now(), None
        scorecard.save(update_fields=["published_at", "unpublished_at"])
    # A queue that is away must not undo the consent: the daily task issues what is missing.
    transaction.on_commit(lambda: _announce(scorecard.pk), robust=True)
    return agreed


def _announce(pk: int) -> None:
    from portfolios.tasks import publish  # tasks import this module

    publish.delay(pk)


@transaction.atomic
def withdraw_consent(*, scorecard: Scorecard, by: User) -> None:
    """Take one member's name back and revoke their credential; the last one to leave unpublishes the page."""
    Consent.objects.filter(scorecard=scorecard, user=by, withdrawn_at=None).update(withdrawn_at=timezone.now())
    for credential in scorecard.credentials.filter(user=by, revoked_at=None):
        revoke_credential(credential=credential, reason="Its holder took the publication back.")
    if scorecard.consents.filter(withdrawn_at=None).exists():
        indexing.index_scorecard(scorecard)
    else:
        unpublish_scorecard(scorecard=scorecard)


@transaction.atomic
def unpublish_scorecard(*, scorecard: Scorecard) -> None:
    """Take the page, its badge and its search entry away at once, and revoke every credential over it."""
    now = timezone.now()
    scorecard.consents.filter(withdrawn_at=None).update(withdrawn_at=now)
    scorecard.unpublished_at = now
    scorecard.save(update_fields=["unpublished_at"])
    SearchEntry.objects.filter(scorecard=scorecard).delete()
    for credential in scorecard.credentials.filter(revoked_at=None):
        revoke_credential(credential=credential, reason="The scorecard was taken back.")


def issue_credentials(*, scorecard: Scorecard) -> list[Credential]:
    """Issue what is missing: one credential for each person whose consent is in force."""
    if not scorecard.is_published or issuing.why_unsigned(scorecard):
        return []
    agreed = User.objects.filter(consents__scorecard=scorecard, consents__withdrawn_at=None)
    have = scorecard.credentials.filter(revoked_at=None).values("user")
    issued = []
    for user in agreed.exclude(pk__in=have):
        try:
            issued.append(issue_credential(scorecard=scorecard, user=user))
        except IntegrityError:
            # Another worker was quicker: the database lets only one credential a person stand.
            log.info("the credential of %s over %s is there already", user.pk, scorecard.public_id)
    return issued


@transaction.atomic
def issue_credential(*, scorecard: Scorecard, user: User) -> Credential:
    """Sign one person's credential with its evidence, check it with our own verifier, store it."""
    issuer, did = issuing.issuer_keys(), issuing.issuer_did()
    statement = issuing.evaluation_statement(scorecard)
    content = evidence.envelope(statement, base_url=settings.ASSAY_BASE_URL, keys=issuer)
    digest = sha256_hex(content)
    status_list = _open_status_list(issuer)
    taken = set(status_list.credentials.values_list("status_index", flat=True))
    public_id, index = uuid.uuid4(), status.free_index(taken)
    Profile.objects.get_or_create(user=user)
    award = issuing.award(
        scorecard,
        user,
        public_id=str(public_id),
        status_list=status_list.public_id,
        status_index=index,
        evidence_sha256=digest,
    )
    document = sign.secure(profile.credential(award), keys=issuer, created=award.valid_from)
    verdict = verify(
        json.dumps(document),
        now=award.valid_from,
        did_document=keys.did_document(did, issuer),
        status_list=json.dumps(status_list.document),
        evidence={digest: content},
        issuer=did,
    )
    if not verdict.valid:
        raise NotIssuedError("; ".join(step.detail for step in verdict.steps if step.outcome != "ok"))
    file, _ = EvidenceFile.objects.get_or_create(
        sha256=digest, defaults={"media_type": evidence.MEDIA_TYPE, "content": content}
    )
    credential = Credential.objects.create(
        public_id=public_id,
        user=user,
        scorecard=scorecard,
        document=document,
        status_list=status_list,
        status_index=index,
    )
    credential.evidence_files.add(file)
    return credential


@transaction.atomic
def revoke_credential(*, credential: Credential, reason: str) -> None:
    """Set its bit and sign the list again in the same transaction; revoking twice changes nothing."""
    status_list = StatusList.objects.select_for_update().get(pk=credential.status_list_id)
    changed = Credential.objects.filter(pk=credential.pk, revoked_at=None).update(
        revoked_at=timezone.now(), revoked_reason=reason
    )
    if changed:
        status_list.bits = status.with_bit(bytes(status_list.bits), credential.status_index)
        _sign_list(status_list, issuing.issuer_keys())


def resign_status_lists() -> int:
    """Sign every list again, so that none is older than a day; returns how many."""
    issuer = issuing.issuer_keys()
    pks = list(StatusList.objects.values_list("pk", flat=True))
    for pk in pks:
        # One short transaction each: a revocation must not wait for all of them.
        with transaction.atomic():
            _sign_list(StatusList.objects.select_for_update().get(pk=pk), issuer)
    return len(pks)


def _open_status_list(issuer: keys.IssuerKeys) -> StatusList:
    """Give the list that takes new entries, locked and freshly signed; a new one when the last is half full."""
    last = StatusList.objects.select_for_update().order_by("-pk").first()
    if last is None or last.credentials.count() >= status.ENTRIES // 2:
        last = StatusList(public_id=uuid.uuid4().hex, bits=status.empty())
    _sign_list(last, issuer)
    return last


def _sign_list(status_list: StatusList, issuer: keys.IssuerKeys) -> None:
    now = timezone.now()
    path = reverse("status_list", args=[status_list.public_id])
    unsigned = status.status_list(settings.ASSAY_BASE_URL, path, bytes(status_list.bits), now=now)
    status_list.document = sign.secure(unsigned, keys=issuer, created=now)
    status_list.signed_at = now
    status_list.save()


def publish_now(*, pk: int) -> None:
    """The task's work: write the search entry and issue the credentials; doing it twice changes nothing."""
    scorecard = Scorecard.objects.published().filter(pk=pk).first()
    if scorecard is None:
        log.info("scorecard %d is no longer published", pk)
        return
    indexing.index_scorecard(scorecard)
    issue_credentials(scorecard=scorecard)


def publish_missing() -> None:
    """Do `publish_now` for what the queue lost: published, agreed to, but without a search entry or a credential."""
    for scorecard in Scorecard.objects.published().filter(search_entry=None):
        publish_now(pk=scorecard.pk)
    for scorecard in Scorecard.objects.published().filter(provisional=False, consents__withdrawn_at=None).distinct():
        issue_credentials(scorecard=scorecard)


@transaction.atomic
def update_profile(*, user: User, headline: str, about: str, declared_skills: list[str], is_public: bool) -> Profile:
    """Save a person's own page and what the search knows of it."""
    saved, _ = Profile.objects.update_or_create(
        user=user,
        defaults={
            "headline": headline,
            "about": about,
            "declared_skills": declared_skills,
            "is_public": is_public,
        },
    )
    user.profile = saved
    mine = Scorecard.objects.published().filter(consents__user=user, consents__withdrawn_at=None)
    for scorecard in mine:
        indexing.index_scorecard(scorecard)
    return saved


@transaction.atomic
def erase_person(*, user: User) -> None:
    """Take back everything of a person's that is public or signed, so that their account can be deleted.

    What stays is the number of each credential and its set bit: without them the revocation would end.
    """
    for scorecard in Scorecard.objects.filter(consents__user=user, consents__withdrawn_at=None).distinct():
        withdraw_consent(scorecard=scorecard, by=user)
    for credential in user.credentials.filter(revoked_at=None):
        revoke_credential(credential=credential, reason="Its holder's account was erased.")
    Credential.objects.filter(user=user).update(user=None, document={})
    EvidenceFile.objects.exclude(credentials__revoked_at=None).delete()
    Profile.objects.filter(user=user).delete()
