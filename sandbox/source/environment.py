"""The environment of git: no credentials, hooks, links, redirects, other servers or converted files; nothing of ours.

Measured reasons for each option stand in the design notes; the short form: a bare `git clone ADDRESS` runs commands
that the address or the repository names.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

CONFIG = {
    "advice.detachedHead": "false",
    # A blob above this is streamed instead of held; deltas and packs are held in part only.
    "core.bigFileThreshold": "16m",
    "core.deltaBaseCacheLimit": "32m",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.packedGitLimit": "512m",
    "core.packedGitWindowSize": "32m",
    "core.protectHFS": "true",
    "core.protectNTFS": "true",
    # Links become small text files: nothing in the tree can point out of it.
    "core.symlinks": "false",
    "credential.helper": "",
    # A server may name further places to fetch from: bundles and packs of other hosts.
    "fetch.uriProtocols": "",
    "gc.auto": "0",
    "maintenance.auto": "false",
    # Neither a ticket of the worker's user for a server that asks for Negotiate, nor a cookie.
    "http.emptyAuth": "false",
    # Redirects, and the alternates of a server that only hands out files.
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "20",
    "pack.threads": "2",
    "protocol.version": "2",
    "safe.bareRepository": "explicit",
    "submodule.recurse": "false",
    "transfer.bundleURI": "false",
    "transfer.fsckObjects": "true",
    # Few objects would be written as a file each, unfolded in memory; a pack stays a pack.
    "transfer.unpackLimit": "1",
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


def environment(
    settings: Path, programs: Path, *, protocol: str, pins: Sequence[str] = (), direct: bool = False
) -> dict[str, str]:
    """Nothing of ours but where certificates are and, unless `direct`, our proxy.

    `settings` is the only configuration file; `programs` the folder with all that git may run; `protocol` the only
    transport ("file" for a folder); `pins` are "host:port:ip". A proxy resolves names itself, so that a pinned address
    would mean nothing behind it.
    """
    pairs = [*CONFIG.items(), *(("http.curloptResolve", pin) for pin in pins)]
    env = {
        "PATH": str(programs),
        "GIT_EXEC_PATH": str(programs),
        "HOME": os.devnull,
        "LC_ALL": "C.UTF-8",
        "GIT_ALLOW_PROTOCOL": protocol,
        "GIT_ASKPASS": "/bin/false",
        "GIT_ATTR_NOSYSTEM": "1",
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
    kept = CERTIFICATES if direct else CERTIFICATES + PROXIES
    return env | {name: os.environ[name] for name in kept if name in os.environ}
