"""Image references: reading a name such as `ghcr.io/team/app:1.2@sha256:…`, and refusing those that may not be used."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

DEFAULT_REGISTRY = "docker.io"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_GRAMMAR = re.compile(
    rf"(?:(?P<registry>(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?)/)?(?P<path>{_COMPONENT}(?:/{_COMPONENT})*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?",
    re.ASCII,
)
_BARE_ID = re.compile(r"[0-9a-f]{12,64}")
_LOCAL_SUFFIXES = (".localhost", ".local", ".internal", ".lan", ".home", ".corp", ".intranet")


@dataclass(frozen=True)
class Reference:
    """A reference in normal form: `registry` and `path` are complete ("docker.io", "library/python"), no tag is ""."""

    registry: str
    path: str
    tag: str = ""
    digest: str = ""

    @property
    def on_default_registry(self) -> bool:
        return self.registry == DEFAULT_REGISTRY

    @property
    def name(self) -> str:
        """What people call it: "python", "bitnami/redis", "ghcr.io/astral-sh/uv"."""
        if not self.on_default_registry:
            return f"{self.registry}/{self.path}"
        return self.path.removeprefix("library/")

    @property
    def official(self) -> str:
        """The official image's short name, whichever registry mirrors it ("python"), or ""."""
        head, _, last = self.path.rpartition("/")
        return last if head == "library" or head.endswith("/library") else ""

    @property
    def version(self) -> str:
        """The tag, "latest" when there is neither tag nor digest."""
        return self.tag or ("" if self.digest else "latest")

    def __str__(self) -> str:
        return self.name + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


def parse(text: str) -> Reference:
    """Read a reference as the engine would. ValueError says what is wrong with it."""
    if len(text) > 400:
        raise ValueError("the name is longer than 400 characters")
    if _BARE_ID.fullmatch(text):
        # The engine would take these as the id of any image it holds, another team's included.
        raise ValueError("an image id is not a name that others can get")
    matched = _GRAMMAR.fullmatch(text)
    if matched is None:
        lower = " (names are in lower case)" if text != text.lower() else ""
        raise ValueError(f"it is not of the form name:tag{lower}")
    registry, path = matched["registry"] or "", matched["path"]
    if registry and not ("." in registry or ":" in registry or registry == "localhost"):
        if registry != registry.lower():
            raise ValueError("it is not of the form name:tag (names are in lower case)")
        registry, path = "", f"{registry}/{path}"
        if not re.fullmatch(rf"{_COMPONENT}(?:/{_COMPONENT})*", path):
            raise ValueError("it is not of the form name:tag")
    registry = registry.lower()
    if registry in ("", "index.docker.io"):
        registry = DEFAULT_REGISTRY
    if registry == DEFAULT_REGISTRY and "/" not in path:
        path = f"library/{path}"
    return Reference(registry, path, matched["tag"] or "", matched["digest"] or "")


def refusal(reference: Reference) -> str:
    """Why a team may not build on this image, or "" when it may.

    The engine contacts the registry from the host's own network, so a registry that is an address, a port or a
    local name would let a Dockerfile knock on this machine's private services.
    """
    if reference.on_default_registry and reference.path.split("/")[0] == "assay":
        return "names below assay/ belong to the platform and to other teams' evaluations"
    host = reference.registry
    if ":" in host:
        return "a registry with a port or an IPv6 address is not a public one"
    try:
        ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return "a registry given as an IP address is not a public one"
    if host == "localhost" or host.endswith(_LOCAL_SUFFIXES) or host.rpartition(".")[2].isdigit():
        return "that registry is a private one"
    return ""
