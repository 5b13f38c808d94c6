"""The offline bundle: one ZIP with everything that verifies a credential on a machine without a network."""

import io
import zipfile

from portfolios import issuing
from portfolios.credential import keys
from portfolios.models import Credential

README = """\
This folder verifies without any network.

  credential.json         the signed credential (Open Badges 3.0)
  did.json                the issuer's public keys
  status.json             the issuer's signed list of revocations, good until {until}
  evidence/*.intoto.jsonl how it was evaluated: in-toto statements, signed, each named by its SHA-256

1. With Assay's own code:
     python manage.py verify credential.json --did-document did.json --status-list status.json{evidence}
   It ends with 0 (valid), 1 (not valid) or 2 (cannot decide).
2. The evidence files are what the credential names:
     cd evidence && sha256sum *.intoto.jsonl
3. To trust more than this folder, get the issuer's keys and list again from
     {did_url}
     {list_url}
   and compare the key with one that you know from elsewhere: {key}
"""


def offline(credential: Credential) -> bytes:
    """Pack the credential, the issuer's keys, its status list and the evidence."""
    issuer, did = issuing.issuer_keys(), issuing.issuer_did()
    files = list(credential.evidence_files.all())
    names = [f"evidence/{file.sha256}.intoto.jsonl" for file in files]
    readme = README.format(
        until=credential.status_list.document["validUntil"],
        evidence="".join(f" --evidence {name}" for name in names),
        did_url=f"{credential.document['issuer']['url']}/.well-known/did.json",
        list_url=credential.document["credentialStatus"]["statusListCredential"],
        key=keys.multikey(issuer.private.public_key()),
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", readme)
        archive.writestr("credential.json", issuing.as_json(credential.document))
        archive.writestr("did.json", issuing.as_json(keys.did_document(did, issuer)))
        archive.writestr("status.json", issuing.as_json(credential.status_list.document))
        for name, file in zip(names, files, strict=True):
            archive.writestr(name, bytes(file.content))
    return packed.getvalue()
