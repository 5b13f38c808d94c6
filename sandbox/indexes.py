"""Package indexes: which hosts a build may reach, found from this machine's own package clients or named by a setting.

ASSAY_BUILD_HOSTS is a comma-separated list of
  clients      the indexes that pip, npm and apt of this machine are set up for
  public       every other host whose addresses are global, on ports 80 and 443
  a host       "mirror.example.org", "*.example.org", "mirror.example.org:8443"; it may have a private address
The default is "clients, public"; a site that wants no build to reach anything else says "clients".
"""

from __future__ import annotations

import functools
import importlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sandbox.faults import HostFault

DEFAULT = "clients, public"
ASK_S = 20
_HOST = re.compile(r"(\*\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?(:\d{1,5})?")
_APT_URI = re.compile(r"https?://[^\s\]]+")


@dataclass(frozen=True)
class Reach:
    """The hosts that are named, and whether all public ones may be reached too."""

    named: tuple[str, ...]
    public: bool


def reach() -> Reach:
    """What ASSAY_BUILD_HOSTS says; HostFault("setting_invalid") names an entry that is no host."""
    entries = [entry.strip().lower() for entry in os.environ.get("ASSAY_BUILD_HOSTS", DEFAULT).split(",")]
    named: dict[str, None] = {}
    for entry in filter(None, entries):
        if entry == "clients":
            named.update(dict.fromkeys(clients()))
        elif entry != "public":
            if not _HOST.fullmatch(entry):
                raise HostFault(
                    "setting_invalid",
                    f"ASSAY_BUILD_HOSTS has {entry!r}, which is no host",
                    fix="Write name, *.name or name:port, separated by commas; see docs/operating.md.",
                )
            named[entry] = None
    return Reach(tuple(named), "public" in entries)


@functools.cache
def clients() -> tuple[str, ...]:
    """Hosts (with a port where it is unusual) of the package clients here, each once, in the order of CLIENTS."""
    found = (authority(address) for client in CLIENTS for address in client())
    return tuple(dict.fromkeys(host for host in found if host))


def authority(address: str) -> str:
    """ "host" or "host:port" of an address over HTTP, in lower case; "" for any other."""
    parts = urlsplit(address)
    try:
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return f"{parts.hostname}:{port}" if port and port not in (80, 443) else parts.hostname


def pip() -> Iterator[str]:
    """The indexes of this interpreter's pip, and where its own default keeps the files."""
    for name in (
        "ASSAY_INDEX_URL",
        "ASSAY_DOWNLOADS_PYTHON",
        "PIP_INDEX_URL",
        "PIP_EXTRA_INDEX_URL",
        "UV_INDEX_URL",
        "UV_DEFAULT_INDEX",
    ):
        yield from os.environ.get(name, "").split()
    try:
        default = importlib.import_module("pip._internal.models.index").PyPI
    except (ImportError, AttributeError):
        return  # an environment without pip
    yield from (default.url, f"https://{default.file_storage_domain}/")


def npm() -> Iterator[str]:
    """The registry that the download cache asks, and that of this machine's npm."""
    yield from os.environ.get("ASSAY_DOWNLOADS_NPM", "").split()
    if shutil.which("npm"):
        try:
            command = ["npm", "config", "get", "registry"]
            said = subprocess.run(command, capture_output=True, text=True, timeout=ASK_S, check=False, cwd="/")
        except (OSError, subprocess.TimeoutExpired):
            return
        yield from said.stdout.split()


def yarn() -> Iterator[str]:
    """Yarn's own default: its lock files hold that name, whichever registry a machine is set to."""
    yield "https://registry.yarnpkg.com/"


def apt(root: Path = Path("/etc/apt")) -> Iterator[str]:
    """The archives of this machine's apt, in both of its formats."""
    for path in (root / "sources.list", *sorted(root.glob("sources.list.d/*"))):
        if path.is_file():
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                yield from _APT_URI.findall(line.partition("#")[0])


# A client of another language is one more function here.
CLIENTS: tuple[Callable[[], Iterator[str]], ...] = (pip, npm, yarn, apt)
