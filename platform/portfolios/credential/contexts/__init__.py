"""The JSON-LD contexts a credential of ours may name, shipped here so that nothing is ever loaded from the network."""

import hashlib
import json
from functools import cache
from importlib import resources
from typing import Any

VC2 = "https://www.w3.org/ns/credentials/v2"
OB3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OB3_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"

# Address -> (file, its SHA-256). The first digest is the one that VC Data Model 2.0, appendix B.1, makes normative.
FILES = {
    VC2: ("credentials-v2.json", "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"),
    OB3: ("ob-v3p0-context-3.0.3.json", "ef2fa9c7846dce233cc166b43639027278be4ee44f00bb1d45c75de2dd0cd761"),
    OB3_EXTENSIONS: ("ob-v3p0-extensions.json", "2d013f981d1f4516081a6a04e55468ba2b071d4153b794f19a79715c45a89a5e"),
}


@cache
def _document(url: str) -> dict[str, Any]:
    name, digest = FILES[url]
    content = resources.files(__name__).joinpath(name).read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise RuntimeError(f"{name} is not the file that was shipped; install the package again")
    document: dict[str, Any] = json.loads(content)
    return document


def load(url: str, _options: dict[str, Any] | None = None) -> dict[str, Any]:
    """Answer PyLD's documentLoader; ValueError for an address that is not shipped here."""
    if url not in FILES:
        raise ValueError(f"the context {url!r} is not one of ours, and contexts are never fetched")
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": _document(url)}
