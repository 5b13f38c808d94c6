"""The environment of git: no credentials, no hooks, no links, no redirects, nothing of ours.

Measured reasons for each option stand in the design notes; the short form: a bare `git clone ADDRESS` runs commands
that the address or the repository names.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

CONFIG = {
    "advice.detachedHead": "false",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.protectHFS": "true",
    "core.protectNTFS": "true",
    # Links become small text files: nothing in the tree can point out of it.
    "core.symlinks": "false",
    "credential.helper": "",
    "gc.auto": "0",
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "20",
    "protocol.version": "2",
    "safe.bareRepository": "explicit",
    "submodule.recurse": "false",
    "transfer.fsckObjects": "true",
}
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "CURL_CA_BUNDLE")
# curl reads http_proxy in small letters only (CVE-2016-5385).
PROXIES = ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY")
# Slips of old tools that honest repositories have in their history; the other checks of git-fsck hold.
HARMLESS = (
    "badDateOverflow",
    "badTimezone",
    "missingEmail",
    "missingNameBeforeEmail",
    "missingSpaceBeforeDate",
    "missingSpaceBeforeEmail",
    "multipleAuthors",
    "zeroPaddedDate",
    "zeroPaddedFilemode",
)
CONFIG |= {f"fetch.fsck.{name}": "ignore" for name in HARMLESS}


def environment(settings: Path, *, local: bool, pins: Sequence[str]) -> dict[str, str]:
    """Nothing of ours but PATH, where certificates are and, for a caller of this machine, its proxy.

    `settings` is the only configuration file; `pins` are "host:port:ip"; `local` is for folders instead of addresses.
    """
    pairs = [*CONFIG.items(), *(("http.curloptResolve", pin) for pin in pins)]
    env = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.devnull,
        "LC_ALL": "C.UTF-8",
        "GIT_ALLOW_PROTOCOL": "file" if local else "http:https",
        "GIT_ASKPASS": "/bin/false",
        "GIT_CONFIG_GLOBAL": str(settings),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_COUNT": str(len(pairs)),
    }
    # Configuration by variables: no file of a repository overrides it.
    for number, (key, value) in enumerate(pairs):
        env |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    # A proxy resolves names itself, so that a pinned address would mean nothing behind it.
    kept = CERTIFICATES if pins else CERTIFICATES + PROXIES
    return env | {name: os.environ[name] for name in kept if name in os.environ}
