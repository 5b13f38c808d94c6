"""What the kernel itself says of a container's first process, where this machine can see it."""

from __future__ import annotations

from pathlib import Path

# Lines of /proc/<pid>/status and what a process under the policy has there (proc(5)); seccomp mode 2 is "filter".
FACTS = {"CapEff": 0, "CapPrm": 0, "CapBnd": 0, "CapInh": 0, "CapAmb": 0, "NoNewPrivs": 1, "Seccomp": 2}
_HEXADECIMAL = frozenset(name for name in FACTS if name.startswith("Cap"))


def is_visible(pid: int, container: str) -> bool:
    """Whether that number, which the engine told, is this container's process here: its control group names it."""
    try:
        return pid > 0 and container in Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8")
    except OSError:
        return False


def differences(pid: int, *, shares_network_with: int = 0) -> list[str]:
    """How a process differs from the policy. `shares_network_with` is the pid that owns its network namespace."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []  # it ended while we looked; the engine's description was compared already
    if "\nState:\tZ" in status:
        return []  # it has ended, and has nothing left to confine
    found = status_differences(status)
    network = _network(pid)
    if network is not None and network in (_network(1), _network("self")):
        found.append("the process is in the network namespace of the host")
    wanted = _network(shares_network_with) if shares_network_with else None
    if None not in (network, wanted) and network != wanted:
        found.append("the process is in another network namespace than the pod")
    return found


def status_differences(status: str) -> list[str]:
    """The same of the text of /proc/<pid>/status alone."""
    said = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    sentences = []
    for name, want in FACTS.items():
        raw = said.get(name, "").strip()
        if not raw or int(raw, 16 if name in _HEXADECIMAL else 10) != want:
            sentences.append(f"the kernel says {name} {raw or 'missing'}, not {want}")
    return sentences


def _network(pid: int | str) -> int | None:
    """The number of a process's network namespace; None when it ended, or when we may not see it."""
    try:
        return Path(f"/proc/{pid}/ns/net").stat().st_ino
    except OSError:
        return None
