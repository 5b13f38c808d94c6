"""Who judges: invitations by link. The link's token is shown once; only its SHA-256 is kept."""

import hashlib
import secrets

from django.db import transaction
from django.utils import timezone

from judges.models import Judge, Round, Visit
from judges.rules import Refused

TOKEN_BYTES = 32


def token_digest(token: str) -> str:
    """What is stored of a token. A plain hash is enough: 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite_judge(*, round_: Round, name: str, email: str = "", affiliation: str = "") -> tuple[Judge, str]:
    """A new judge and the token of their link, which cannot be read again later."""
    if email and round_.judges.filter(email__iexact=email).exists():
        raise Refused(f"{email} is invited already. Give that judge a new link instead.")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    judge = Judge.objects.create(
        round=round_, name=name, email=email, affiliation=affiliation, token_sha256=token_digest(token)
    )
    return judge, token


def reissue_link(*, judge: Judge) -> str:
    """A new token; the old link, and every phone that was opened with it, stops working."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    Judge.objects.filter(pk=judge.pk).update(token_sha256=token_digest(token))
    return token


@transaction.atomic
def withdraw_judge(*, judge: Judge) -> None:
    """The judge goes to no more tables and the link stops; scores that were handed in still count."""
    Judge.objects.filter(pk=judge.pk, withdrawn_at=None).update(withdrawn_at=timezone.now())
    Visit.objects.filter(judge=judge, state=Visit.State.ASSIGNED).delete()


def readmit_judge(*, judge: Judge) -> None:
    Judge.objects.filter(pk=judge.pk).update(withdrawn_at=None)
