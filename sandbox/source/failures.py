"""Git's own words for a fetch that failed, in words that help: whose fault it is and what to do."""

from __future__ import annotations

import re
import socket
from urllib.parse import urlsplit

from sandbox.faults import HostFault, TeamFault

LOOK = "Open the address in a private browser window and copy it from the Code button."
TOO_LARGE = (
    "source_too_large",
    "The repository is larger than the limit",
    "Keep data sets, models and installed packages out of the repository and of its history.",
)
# (pattern, fault id, title, fix), most telling first.
OF_THE_TEAM = (
    (
        r"repository corruption|unable to read [0-9a-f]{40}|missing (?:blob|tree|commit)|bad object|is corrupt",
        "repository_damaged",
        "The repository lacks some of its own objects",
        "Clone it again as a whole: a partial clone or a damaged copy has files that are not there.",
    ),
    (
        r"could not read Username|Authentication failed|terminal prompts disabled|error: 40[13]",
        "repository_private",
        "The repository is private, or there is none at this address",
        "Make it public, or look at the spelling: git hosts ask for a password when a repository does not exist.",
    ),
    (
        r"not found|does not (?:exist|appear to be)|error: (?:404|410)|not a git repository|info/refs not valid",
        "repository_not_found",
        "There is no repository at this address",
        LOOK,
    ),
    (
        r"error: 30\d|redirect",
        "repository_not_found",
        "The address leads on to another one",
        f"The repository was renamed or moved. {LOOK}",
    ),
    (
        r"dumb http transport",
        "address_refused",
        "The server only hands out files",
        "Push the repository to a git host: one that speaks git's own protocol over https.",
    ),
    (
        r"(?:protocol|transport) .* not allowed",
        "address_refused",
        "Only https addresses are fetched",
        "Give the https address that the git host's Code button shows.",
    ),
    (
        r"signal 25|File too large|memory exhausted|[Oo]ut of memory|malloc failed|mmap failed",
        *TOO_LARGE,
    ),
    (
        r"fsck error|error in object|: (?:hasDot|gitmodules|fullPathname|treeNotSorted|duplicateEntries)",
        "repository_invalid",
        "The repository has something in it that git refuses",
        "Rename or remove the file that git names; it may be a .git folder or an impossible name.",
    ),
    (
        r"connect|refused|timed out|too slow|SSL|certificate|early EOF|error: 5\d\d|hung up|unexpected disconnect",
        "repository_unreachable",
        "The git host did not answer as it should",
        "Try again in some minutes; if it stays so, move the repository to a host that answers.",
    ),
    (
        # Nothing but this is said when the kernel ends the writing of a pack at our limit.
        r"invalid index-pack output",
        *TOO_LARGE,
    ),
)
NO_ROUTE = r"Network is unreachable|No route to host"


def is_missing_ref(said: str) -> bool:
    return bool(re.search(r"Remote branch .* not found|Could not find remote branch", said))


def is_redirect(said: str) -> bool:
    return bool(re.search(r"error: 30\d", said))


def too_large(detail: str) -> TeamFault:
    """The whole is too large, as it shows while it comes."""
    fault, title, fix = TOO_LARGE
    return TeamFault(fault, title, detail=detail, fix=fix)


def no_ref(ref: str) -> TeamFault:
    return TeamFault(
        "ref_not_found",
        "The branch, tag or commit does not exist in the repository",
        detail=ref[:200],
        fix="Look at its spelling, push it if it is only on your machine, or leave it empty for the default branch.",
    )


def no_host(name: str) -> TeamFault:
    return TeamFault(
        "repository_not_found",
        "There is no host of this name",
        detail=name[:200],
        fix="Look at the spelling of the address; open it in a private browser window.",
    )


def network_gone(detail: str) -> HostFault:
    return HostFault(
        "network_unreachable",
        "This machine cannot reach the network",
        detail=detail,
        fix="Look at the network, the name server and the proxy of this machine.",
    )


def unresolved(name: str, error: OSError | UnicodeError) -> TeamFault | HostFault:
    """A name that did not resolve: the name server said that there is none, or nobody could be asked."""
    asked_nobody = isinstance(error, socket.gaierror) and error.errno in (socket.EAI_AGAIN, socket.EAI_FAIL)
    return network_gone(f"{name[:200]}: {error}") if asked_nobody else no_host(name)


def of_clone(said: str, url: str, ref: str) -> TeamFault | HostFault:
    """The fault of a clone that ended with an error; `said` is git's standard error."""
    if is_missing_ref(said):
        return no_ref(ref)
    return _of_this_machine(said, url) or _of_the_team(said) or _not_cloned(said)


def of_reading(said: str, url: str) -> TeamFault | HostFault:
    """The fault of a repository that was cloned, and of which git then could not read the commit or its files."""
    return _of_this_machine(said, url) or _of_the_team(said) or _not_read(said)


def _of_this_machine(said: str, url: str) -> TeamFault | HostFault | None:
    if re.search(r"No space left on device|Disk quota exceeded", said):
        return HostFault("disk_full", "Our disk is full", detail=said, fix="Make room on the worker's disk.")
    if "Could not resolve host" in said:
        name = urlsplit(url).hostname or ""
        try:
            socket.getaddrinfo(name, None)
        except (OSError, UnicodeError) as error:
            return unresolved(name, error)
        return network_gone(said)
    return network_gone(said) if re.search(NO_ROUTE, said) else None


def _of_the_team(said: str) -> TeamFault | None:
    for pattern, fault, title, fix in OF_THE_TEAM:
        if re.search(pattern, said, re.IGNORECASE):
            return TeamFault(fault, title, detail=said, fix=fix)
    return None


def _not_read(said: str) -> TeamFault:
    return TeamFault(
        "repository_invalid",
        "The repository was cloned, but the commit cannot be read",
        detail=said,
        fix="Clone it to another place and run git fsck --strict there to see what is wrong.",
    )


def _not_cloned(said: str) -> TeamFault:
    return TeamFault(
        "repository_not_found",
        "The repository could not be cloned",
        detail=said,
        fix="Clone it from another machine with the same address to see what is wrong.",
    )
