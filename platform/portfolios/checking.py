"""Checking a credential with what this site knows: its own keys, status lists and evidence, nothing from outside."""

from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from portfolios import issuing
from portfolios.credential import documents, keys
from portfolios.credential.verify import Verdict, verify
from portfolios.models import EvidenceFile, StatusList


def _issuer(document: dict[str, Any]) -> Any:
    issuer = document.get("issuer")
    return issuer.get("id") if isinstance(issuer, dict) else issuer


def _peek(content: bytes | str) -> dict[str, Any]:
    """Read a document only to know what to fetch for it; the verifier reads it again and says what is wrong."""
    try:
        return documents.parse(content)
    except documents.DocumentError:
        return {}


def own_did_document() -> dict[str, Any] | None:
    """Give this site's did.json; None when it has no key yet (looking must not make one)."""
    if not settings.ASSAY_ISSUER_KEY.exists():
        return None
    return keys.did_document(issuing.issuer_did(), issuing.issuer_keys())


def _own_status_list(document: dict[str, Any]) -> str | None:
    entry = document.get("credentialStatus")
    address = str(entry.get("statusListCredential", "")) if isinstance(entry, dict) else ""
    row = StatusList.objects.filter(public_id=address.rpartition("/")[2]).first()
    return None if row is None else issuing.as_json(row.document)


def _own_evidence(document: dict[str, Any]) -> dict[str, bytes] | None:
    entries = document.get("evidence")
    names = [
        str(entry.get("id", "")).rpartition("/")[2]
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict)
    ]
    found = {file.sha256: bytes(file.content) for file in EvidenceFile.objects.filter(sha256__in=names)}
    return found or None


def check(
    content: bytes | str,
    *,
    did_document: dict[str, Any] | None = None,
    status_list: bytes | str | None = None,
    evidence: dict[str, bytes] | None = None,
) -> Verdict:
    """Verify with what is given; for a credential of this site, what is not given comes from here.

    With both files given nothing is looked up, not even in the database.
    """
    offline = did_document is not None and status_list is not None
    document = {} if offline else _peek(content)
    if document and _issuer(document) == issuing.issuer_did():
        did_document = did_document or own_did_document()
        try:
            status_list = status_list or _own_status_list(document)
            evidence = evidence or _own_evidence(document)
        except DatabaseError:
            # No database here (a copy of the code on an employer's machine): that leaves steps undecided.
            pass
    return verify(content, now=timezone.now(), did_document=did_document, status_list=status_list, evidence=evidence)
