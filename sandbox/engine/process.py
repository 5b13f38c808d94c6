"""What the kernel itself says of a container's first process, where this machine can see it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

# Where the process that the engine names is the container's own. Another runtime (gVisor, a virtual machine) puts a
# process of its own there, which has what it needs to build the wall, and says nothing of those behind it.
SHARES_THE_KERNEL = frozenset({"runc", "crun", "io.containerd.runc.v1", "io.containerd.runc.v2"})
ONLY_INTERFACE = "lo"
# Lines of /proc/<pid>/status and what a process under the policy has there (proc(5)); seccomp mode 2 is "filter".
FACTS = {"CapEff": 0, "CapPrm": 0, "CapBnd": 0, "CapInh": 0, "CapAmb": 0, "NoNewPrivs": 1, "Seccomp": 2}
NUMBERS = {"NET_ADMIN": 12}
_HEXADECIMAL = frozenset(name for name in FACTS if name.startswith("Cap"))


def is_visible(pid: int, container: str) -> bool:
    """Whether that number, which the engine told, is this container's process here: its control group names it."""
    try:
        return pid > 0 and container in Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8")
    except OSError:
        return False


def differences(
    pid: int,
    *,
    shares_network_with: int = 0,
    runtime: str = "runc",
    remapped: bool = False,
    alone: bool = True,
    links: Collection[str] = (),
    capabilities: Collection[str] = (),
) -> list[str]:
    """How a process differs from the policy.

    `shares_network_with` is the pid that owns its network namespace; `remapped` that the engine promised user
    namespaces; `alone` that nothing may be in its network namespace but the loopback interface and, of a pod with
    several rooms, the `links` between them; `capabilities` are those of our own wiring.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []  # it ended while we looked; the engine's description was compared already
    if "\nState:\tZ" in status:
        return []  # it has ended, and has nothing left to confine
    found = status_differences(status, mask_of(capabilities)) if runtime in SHARES_THE_KERNEL else []
    network = _namespace(pid, "net")
    if network is not None and network in (_namespace(1, "net"), _namespace("self", "net")):
        found.append("the process is in the network namespace of the host")
    wanted = _namespace(shares_network_with, "net") if shares_network_with else None
    if None not in (network, wanted) and network != wanted:
        found.append("the process is in another network namespace than the pod")
    if alone:
        others = [name for name in interfaces(pid) if name != ONLY_INTERFACE and name not in links]
        found += [f"its network namespace has the interface {name}" for name in others]
    if remapped and _namespace(pid, "user") in (_namespace(1, "user"), _namespace("self", "user")):
        found.append("the process is in the user namespace of the host, although the engine has others")
    return found


def interfaces(pid: int | str) -> list[str]:
    """Names of the interfaces in a process's network namespace; none when it ended, or when we may not see it."""
    try:
        text = Path(f"/proc/{pid}/net/dev").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return [line.partition(":")[0].strip() for line in text.splitlines()[2:]]  # after two lines of headings


def mask_of(capabilities: Collection[str]) -> int:
    """The bits of capabilities, as the kernel writes them (capability.h)."""
    return sum(1 << NUMBERS[name] for name in capabilities)


def status_differences(status: str, mask: int = 0) -> list[str]:
    """The same of the text of /proc/<pid>/status alone."""
    said = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    sentences = []
    for name, want in FACTS.items():
        raw = said.get(name, "").strip()
        wanted = want | mask if name in ("CapEff", "CapPrm", "CapBnd") else want
        right = (want, want | mask) if name == "CapInh" else (wanted,)  # engines before 2022 set what is inherited, too
        if not raw or int(raw, 16 if name in _HEXADECIMAL else 10) not in right:
            sentences.append(f"the kernel says {name} {raw or 'missing'}, not {wanted}")
    return sentences


def _namespace(pid: int | str, kind: str) -> int | None:
    """The number of one of a process's namespaces; None when it ended, or when we may not see it."""
    try:
        return Path(f"/proc/{pid}/ns/{kind}").stat().st_ino
    except OSError:
        return None
