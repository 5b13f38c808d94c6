"""Addresses of models in a repository: which provider's they are, and which variable they are the fallback of."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from sandbox.gateway.providers import GATEWAY, OLLAMA_HOSTS, OLLAMA_PORT, PROVIDERS, Provider

_ADDRESS = r"(https?://[^\s\"'`<>)},;\\]{4,200})"
ANY_ADDRESS = re.compile(_ADDRESS)
# A variable whose value falls back to an address: os.getenv("X", "https://…"), process.env.X || "…", X=…, ${X:-…}.
_FALLBACKS = (
    re.compile(
        r"(?:getenv|environ|process\.env|Getenv|config|env)\b[^\n\w]{0,3}(?:get\b[^\n\w]{0,3})?([A-Za-z_]\w{2,60})"
        rf"[\"'\])]{{0,3}}\s{{0,20}}(?:,|\|\||\?\?|or\b)\s{{0,20}}(?:default\s?=\s?)?[\"'`]{_ADDRESS}"
    ),
    re.compile(
        r"^[ \t]{0,40}(?:-[ \t]{1,8})?(?:export )?([A-Z][A-Z0-9_]{2,60})"
        rf"[ \t]{{0,8}}[=:][ \t]{{0,8}}[\"']?{_ADDRESS}",
        re.MULTILINE,
    ),
    re.compile(rf"\$\{{([A-Z][A-Z0-9_]{{2,60}}):-{_ADDRESS}"),
)
# Members of a settings class of pydantic are variables, whatever their case.
_SETTING = re.compile(
    rf"^[ \t]{{1,40}}([A-Za-z]\w{{2,60}})[ \t]{{0,8}}:[^=\n]{{1,60}}=[ \t]{{0,8}}"
    rf"(?:Field\((?:default=)?)?[\"']{_ADDRESS}",
    re.MULTILINE,
)
_SAYS_NOTHING = re.compile(
    r"your|xxx|change|replace|insert|placeholder|dummy|example|fake|todo|^none$|^null$|<|\.\.\.|\*\*\*|^test|key.?here",
    re.IGNORECASE,
)


def fallbacks(text: str) -> list[tuple[str, str]]:
    """(variable, address) of each variable that a file gives an address to."""
    found = [match for pattern in _FALLBACKS for match in pattern.findall(text)]
    if "BaseSettings" in text:
        found += [(name.upper(), address) for name, address in _SETTING.findall(text)]
    return found


def whose(address: str) -> Provider | None:
    """The provider at a public address, or Ollama at its usual port; None for any other."""
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return None
    for provider in PROVIDERS:
        for own in provider.hosts:
            name, _, path = own.removeprefix("*.").partition("/")
            if (host == name or host.endswith("." + name)) and (parts.path or "/").startswith("/" + path):
                return provider
        if provider.id == "ollama" and port == OLLAMA_PORT:
            return provider
    return None


def is_local(address: str) -> bool:
    """Whether it is the address of an Ollama beside the application, at which the gateway can stand."""
    parts = urlsplit(address)
    return parts.scheme == "http" and parts.port == OLLAMA_PORT and parts.hostname in OLLAMA_HOSTS


def at_gateway(address: str) -> str:
    """The same path at the gateway, which takes any prefix."""
    return GATEWAY + urlsplit(address).path.rstrip("/")


def is_replaceable(value: str) -> bool:
    """Whether a value that a team wrote down says nothing of its own: a placeholder, or an address out of reach."""
    if value.startswith(("http://", "https://")) and whose(value) is not None:
        return True
    return not value.strip() or value.startswith("${") or _SAYS_NOTHING.search(value) is not None
