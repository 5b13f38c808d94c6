"""Leases: who works on an evaluation. A compare-and-swap takes one, a thread renews it, a token fences every write."""

import logging
import secrets
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import F
from django.utils import timezone

from evaluations.models import LIVE, Evaluation
from sandbox.engine.owner import has_ended, owner_of_temporary, temporary_prefix
from sandbox.faults import Cancellation

log = logging.getLogger(__name__)
LOST = "lease lost"
# How often a holder looks whether a person asked to stop.
CANCEL_POLL_S = 1.0
PURPOSE = "lease"


class LeaseLost(Exception):
    """Somebody else works on the evaluation now: stop, remove the containers, write nothing."""


def _until() -> "timezone.datetime":
    return timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)


def claim(pk: int) -> str | None:
    """Take the lease of a live evaluation that nobody holds; its fencing token, or None when another was first."""
    token = secrets.token_hex(16)
    won = (
        Evaluation.objects.filter(pk=pk)
        .live()
        .unleased()
        .update(lease=token, lease_until=_until(), attempts=F("attempts") + 1)
    )
    return token if won == 1 else None


def write(pk: int, token: str, **fields) -> None:
    """Set fields of an evaluation that this token still holds; LeaseLost when it does not."""
    if Evaluation.objects.filter(pk=pk, lease=token, stage__in=LIVE).update(**fields) != 1:
        raise LeaseLost


def renew(pk: int, token: str) -> bool:
    return Evaluation.objects.filter(pk=pk, lease=token).update(lease_until=_until()) == 1


def release(pk: int, token: str) -> None:
    """Let go at once, so that the next attempt need not wait for the time to run out."""
    Evaluation.objects.filter(pk=pk, lease=token).update(lease="", lease_until=None)


def release_of_the_dead() -> int:
    """Let go of the leases whose holder was a process of this machine that has ended; the number released.

    Each holder has a file named after its process: who is killed leaves it, and with it the word that he is gone.
    """
    released = 0
    for path in Path(tempfile.gettempdir()).glob(f"assay-*-{PURPOSE}-*"):
        owner = owner_of_temporary(path.name, PURPOSE)
        if owner and has_ended(owner) and path.is_file() and not path.is_symlink():
            pk, _, token = path.read_text(encoding="ascii", errors="replace").partition(" ")
            if pk.isdigit() and token:
                held = Evaluation.objects.filter(pk=pk, lease=token, lease_until__isnull=False)
                released += held.update(lease="", lease_until=None)
    return released


@contextmanager
def _named_holder(pk: int, token: str) -> Iterator[None]:
    with tempfile.NamedTemporaryFile("w", prefix=temporary_prefix(PURPOSE), encoding="ascii") as file:
        file.write(f"{pk} {token}")
        file.flush()
        yield


@contextmanager
def kept(pk: int, token: str, cancellation: Cancellation) -> Iterator[None]:
    """Renew the lease each third of its length while the block runs, and pass on a person's wish to stop.

    A failed renewal cancels with the reason LOST. A database that cannot be reached counts as lost only once the lease
    has run out, because until then nobody else can have taken it.
    """
    finished = threading.Event()

    def keep() -> None:
        waited, good_until = 0.0, _until()
        try:
            while not finished.wait(CANCEL_POLL_S):
                waited += CANCEL_POLL_S
                try:
                    if Evaluation.objects.filter(pk=pk, cancel_requested_at__isnull=False).exists():
                        cancellation.cancel()
                    if waited >= settings.LEASE_SECONDS / 3:
                        waited = 0.0
                        if not renew(pk, token):
                            cancellation.cancel(LOST)
                            return
                        good_until = _until()
                except DatabaseError:
                    log.warning("the lease of evaluation %s could not be renewed", pk, exc_info=True)
                    if timezone.now() > good_until:
                        cancellation.cancel(LOST)
                        return
        finally:
            connection.close()

    thread = threading.Thread(target=keep, name=f"lease-{pk}", daemon=True)
    thread.start()
    try:
        with _named_holder(pk, token):
            yield
    finally:
        finished.set()
        thread.join()
