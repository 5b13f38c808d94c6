"""Whose a container is: the names and labels that we give, and whether the process that made it still lives."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

EVALUATION = "assay.evaluation"
ROLE = "assay.role"
OWNER = "assay.owner"
UNTIL = "assay.until"
# Time that an evaluation's things may outlive its limit before the reaper takes them from a living process.
GRACE_S = 600.0
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_TEMPORARY = re.compile(r"assay-([0-9a-z]+-[0-9a-z]+-\d+-\d+)-([a-z]+)-")


def check_key(key: str) -> str:
    """The key, once it is one that names of containers may carry."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"an evaluation's key or a service's name is letters, digits, '_', '.' and '-', not {key!r}")
    return key


def name_of(evaluation: str, role: str) -> str:
    return f"assay-{evaluation}-{role}"


def image_name(evaluation: str, service: str = "") -> str:
    """The name of an evaluation's image: of its app, or of another service of its stack."""
    return f"assay/evaluation:{evaluation.lower()}" + (f".{service}" if service else "")


def labels_for(evaluation: str, role: str, seconds: float) -> dict[str, str]:
    """Labels of something that belongs to an evaluation of at most `seconds`."""
    until = int(time.time() + seconds + GRACE_S)
    return {EVALUATION: evaluation, ROLE: role, OWNER: this_process(), UNTIL: str(until)}


def image_labels(evaluation: str, seconds: float) -> dict[str, str]:
    """The same for its image; the builder makes a step of each, so that there are no more than the reaper needs."""
    labels = labels_for(evaluation, "image", seconds)
    return {name: labels[name] for name in (EVALUATION, OWNER, UNTIL)}


def evaluation_of(summary: Mapping[str, Any]) -> str | None:
    """The evaluation of a container of ours, as the engine lists it; None for any other container.

    A label alone proves nothing, since an image can bring it: the name has to be the one that we gave, too.
    """
    key = (summary.get("Labels") or {}).get(EVALUATION)
    names = [name.lstrip("/") for name in summary.get("Names") or ()]
    return key if key and any(name.startswith(name_of(key, "")) for name in names) else None


def is_kept(labels: Mapping[str, str], *, local: bool = True) -> bool:
    """Its time is not over and the process that made it may live, so that no other has to clean up after it."""
    until = labels.get(UNTIL, "")
    return until.isdigit() and time.time() < int(until) and may_live(labels.get(OWNER, ""), local=local)


def temporary_prefix(purpose: str) -> str:
    """How a temporary file or folder of this process is called, so that it is known when this process has died."""
    return f"assay-{this_process()}-{purpose}-"


def owner_of_temporary(name: str, purpose: str = "") -> str:
    """The process that a temporary file's name tells, "" when it is none of ours (or for another purpose)."""
    found = _TEMPORARY.match(name)
    return found[1] if found and purpose in ("", found[2]) else ""


def this_process() -> str:
    """This process, told from any other that has or had its number: "<boot>-<pid namespace>-<pid>-<start>"."""
    return f"{_boot()}-{_pid_namespace()}-{os.getpid()}-{_started(os.getpid())}"


def owner_lives(owner: str) -> bool:
    """Whether that process still runs; False when this process could not see it."""
    boot, _, rest = owner.partition("-")
    namespace, _, rest = rest.partition("-")
    pid, _, started = rest.partition("-")
    if boot != _boot() or namespace != _pid_namespace() or not pid.isdigit():
        return False
    return bool(started) and _started(int(pid)) == started


def has_ended(owner: str) -> bool:
    """Whether that process of this machine is certainly gone; False for one that this process could not see."""
    boot, _, rest = owner.partition("-")
    return boot != _boot() or (rest.partition("-")[0] == _pid_namespace() and not owner_lives(owner))


def may_live(owner: str, *, local: bool) -> bool:
    """Whether a process that uses an engine may still run, for all that is known here.

    One in another container of this machine cannot be seen, and counts as living; so does one of another machine,
    unless the engine is `local`: then it is a process of this machine from before it was started again.
    """
    return bool(owner) and (not has_ended(owner) or (not local and owner.partition("-")[0] != _boot()))


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
    except OSError:
        return "unknown"


def _pid_namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").stat().st_ino)
    except OSError:
        return "unknown"


def _started(pid: int) -> str:
    """Clock ticks after boot at which a process began, "" when there is no such process (proc(5), stat field 22)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]
