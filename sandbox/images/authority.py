"""Certificate authorities and the package index of this site, brought into the images that are built here."""

from __future__ import annotations

import os
import re
from pathlib import Path

BUNDLE_IN_IMAGE = "/etc/ssl/certs/ca-certificates.crt"
LOCAL_AUTHORITIES = "usr/local/share/ca-certificates"
# Each tool has its own name for "trust this file": OpenSSL, pip, requests, curl, Node.js, git.
BUNDLE_VARIABLES = (
    "SSL_CERT_FILE",
    "PIP_CERT",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "GIT_SSL_CAINFO",
)
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\s*(.*?)\s*-----END CERTIFICATE-----", re.DOTALL)


def bundle() -> str:
    """Text of the machine's PEM bundle (ASSAY_CA_BUNDLE overrides the system's), or "" when it has none."""
    path = Path(os.environ.get("ASSAY_CA_BUNDLE") or BUNDLE_IN_IMAGE)
    return path.read_text(encoding="ascii", errors="replace") if path.is_file() else ""


def certificates(pem: str) -> list[str]:
    """The base64 body of every certificate in a PEM text, without white space, in order and without repeats."""
    return list(dict.fromkeys("".join(body.split()) for body in _CERTIFICATE.findall(pem)))


def add_local_authorities(root: Path, pem: str) -> int:
    """Write the certificates that the root file system does not ship to its folder of local authorities.

    They go in one by one, so that `update-ca-certificates` keeps them whenever a package runs it again. Returns
    how many there were.
    """
    shipped = {
        body
        for path in (root / "usr/share/ca-certificates").rglob("*.crt")
        for body in certificates(path.read_text(encoding="ascii", errors="replace"))
    }
    extra = [body for body in certificates(pem) if body not in shipped]
    folder = root / LOCAL_AUTHORITIES
    folder.mkdir(parents=True, exist_ok=True)
    for number, body in enumerate(extra, 1):
        lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
        (folder / f"site-{number}.crt").write_text(
            f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n", encoding="ascii"
        )
    return len(extra)


def environment() -> dict[str, str]:
    """Variables that every stand-in sets: where the bundle is, and the site's package index if one was given.

    The machine's own pip configuration is not copied: it may hold credentials and paths that mean nothing inside.
    """
    given = dict.fromkeys(BUNDLE_VARIABLES, BUNDLE_IN_IMAGE)
    if index := os.environ.get("ASSAY_INDEX_URL"):
        given["PIP_INDEX_URL"] = index
    return given
