"""What this machine can and cannot do for an evaluation: one small function a question, all of them in LOOKS."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sandbox.engine.buildgroup import build_group
from sandbox.engine.process import SHARES_THE_KERNEL
from sandbox.faults import HostFault, SandboxError
from sandbox.images.standins import all_standins
from sandbox.limits import GIB, Limits

if TYPE_CHECKING:
    from sandbox.engine.docker import DockerEngine

State = Literal["ok", "warn", "fail"]
OLDEST_ENGINE = (20, 10)
# http.curloptResolve came with git 2.37: without it a name may resolve to another address than the one we looked at.
OLDEST_GIT = (2, 37)
LITTLE_DISK_BYTES, NO_DISK_BYTES = 10 * GIB, 2 * GIB
# Members of the engine's own description, and what cannot be bounded where they are false.
NEEDED = {"MemoryLimit": "memory", "PidsLimit": "processes", "CpuCfsQuota": "CPU time"}
WANTED = {"SwapLimit": "swap", "CPUSet": "cores"}


@dataclass(frozen=True)
class Line:
    """One answer. "warn" is worth mending, "fail" is in the way of every evaluation."""

    id: str
    title: str
    state: State
    observed: str
    fix: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


Look = Callable[["DockerEngine"], Line | Iterable[Line]]


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text)[:2])


def engine_version(engine: DockerEngine) -> Line:
    version = str(engine.info.get("ServerVersion", ""))
    observed = f"Docker {version}, {engine.info.get('OperatingSystem', '')}, kernel {engine.info.get('KernelVersion')}"
    if _version(version) < OLDEST_ENGINE:
        return Line("engine", "Container engine", "fail", observed, "Install Docker 20.10 or newer.")
    return Line("engine", "Container engine", "ok", observed)


def engine_disk(engine: DockerEngine) -> Line:
    root = Path(str(engine.info.get("DockerRootDir", "")))
    if not engine.api.local or not root.is_dir():
        return Line("engine_disk", "Disk of the engine", "ok", "The engine's disk is on another machine.")
    return _disk("engine_disk", "Disk of the engine", root, "`docker system df` shows what takes the space.")


def limits(engine: DockerEngine) -> Line:
    missing = [name for member, name in NEEDED.items() if not engine.info.get(member)]
    absent = [name for member, name in WANTED.items() if not engine.info.get(member)]
    group = f"cgroup v{engine.info.get('CgroupVersion', '1')}"
    if missing:
        fix = "Turn the cgroup controllers on in the kernel, or use another machine."
        return Line("limits", "Limits", "fail", f"{group}: cannot bound {', '.join(missing + absent)}.", fix)
    if absent:
        fix = "Add swapaccount=1 to the kernel's command line." if "swap" in absent else "Enable the cpuset controller."
        return Line("limits", "Limits", "warn", f"{group}: cannot bound {', '.join(absent)}.", fix)
    bounded = ", ".join([*NEEDED.values(), *WANTED.values()])
    return Line("limits", "Limits", "ok", f"{group}: {bounded} can be bounded.")


def seccomp(engine: DockerEngine) -> Line:
    if any("name=seccomp" in option for option in engine.info.get("SecurityOptions") or ()):
        return Line("seccomp", "System call filter", "ok", "seccomp is on.")
    fix = "Use a kernel and an engine with seccomp: services of teams would reach every system call."
    return Line("seccomp", "System call filter", "fail", "seccomp is off.", fix)


def user_namespaces(engine: DockerEngine) -> Line:
    if any("name=userns" in option for option in engine.info.get("SecurityOptions") or ()):
        return Line("user_namespaces", "User namespaces", "ok", "root in a container is nobody outside.")
    fix = 'Set "userns-remap": "default" in the engine\'s daemon.json on a machine that strangers use.'
    return Line("user_namespaces", "User namespaces", "warn", "root in a container is root's number outside.", fix)


def access_control(engine: DockerEngine) -> Line:
    options = " ".join(engine.info.get("SecurityOptions") or ())
    for name, said in (("apparmor", "AppArmor"), ("selinux", "SELinux")):
        if f"name={name}" in options:
            return Line("access_control", "Access control", "ok", f"{said} bounds what containers may do.")
    fix = "Boot a kernel with AppArmor, or SELinux and the engine's selinux-enabled: a second wall behind the first."
    return Line("access_control", "Access control", "warn", "The engine has neither AppArmor nor SELinux.", fix)


def kernel(engine: DockerEngine) -> Line:
    wanted = engine.runtime
    if wanted not in SHARES_THE_KERNEL:
        return Line("kernel", "Kernel of its own", "ok", f"{wanted} gives them one of their own.")
    fix = "For strangers' code register gVisor (runsc) or Kata with the engine and name it in ASSAY_RUNTIME."
    return Line("kernel", "Kernel of its own", "warn", f"{wanted}: services share this machine's kernel.", fix)


def runtime(engine: DockerEngine) -> Line:
    wanted, known = engine.runtime, sorted(engine.info.get("Runtimes") or {})
    if known and wanted not in known:
        fix = f"Set ASSAY_RUNTIME to one of {', '.join(known)}, or register {wanted} with the engine."
        return Line("runtime", "Runtime", "fail", f"The engine has no runtime {wanted}.", fix)
    return Line("runtime", "Runtime", "ok", f"{wanted} (the engine has {', '.join(known)}).")


def tools_image(engine: DockerEngine) -> Line:
    names = [name for summary in engine.api.images("assay/tools") for name in summary.get("RepoTags") or ()]
    if names:
        others = f", and {len(names) - 1} of other versions" if len(names) > 1 else ""
        return Line("tools_image", "Tools image", "ok", f"{names[0]}{others}.")
    fix = "Run `assay images --build tools` to have it before the first evaluation."
    return Line("tools_image", "Tools image", "warn", "Not built yet: the first evaluation builds it.", fix)


def base_images(engine: DockerEngine) -> Line:
    names = {name for summary in engine.api.images("python") for name in summary.get("RepoTags") or ()}
    said = [f"{len(names)} pulled"] if names else []
    if stand_ins := _by_name(name for kind in all_standins() for name in kind.listed()):
        said.append(f"stand-ins for {stand_ins}")
    if mirror := os.environ.get("ASSAY_MIRROR"):
        said.append(f"mirror {mirror}")
    if said:
        return Line("base_images", "Base images", "ok", f"{'; '.join(said)}.")
    fix = "Give the engine a registry, or set ASSAY_MIRROR; without one only what is here can be built on."
    return Line("base_images", "Base images", "warn", "None here, and none can be made here.", fix)


def _by_name(references: Iterable[str]) -> str:
    """ "python 3.11, 3.12; node 22" of python:3.11-slim, python:3.12, node:22-slim."""
    versions: dict[str, dict[str, None]] = {}
    for reference in references:
        name, _, tag = reference.partition(":")
        versions.setdefault(name, {})[tag.partition("-")[0]] = None
    return "; ".join(f"{name} {', '.join(tags)}" for name, tags in versions.items())


def disk_quota(_engine: DockerEngine) -> Line:
    # No engine that we know gives one on the usual file systems; where one could, the policy would still not use it.
    observed = "Containers have no quota of their own: each is watched, and killed when its layer is over its limit."
    fix = "Give the engine's data folder a disk of its own, so that a burst between two looks fills nothing else."
    return Line("disk_quota", "Disk quota", "warn", observed, fix)


def disk_rate(_engine: DockerEngine) -> Line:
    # Control groups v1 bound only what goes past the page cache, and a device has to be named either way.
    observed = "A service may write as fast as the disk can, until its limit of bytes."
    fix = "Run one evaluation at a time on a machine whose disk is slow; give the engine's data folder its own."
    return Line("disk_rate", "Rate of writing", "warn", observed, fix)


def build_processes(engine: DockerEngine) -> Line:
    with build_group(engine.api, engine.info, Limits()) as group:
        bounded = bool(group)
    if bounded:
        return Line("build_processes", "Processes of builds", "ok", "A control group of their own bounds them.")
    fix = "Run the worker as root on the engine's machine, with the engine's cgroupfs driver."
    return Line("build_processes", "Processes of builds", "warn", "Nothing bounds them but their memory.", fix)


def load_host(engine: DockerEngine) -> Line:
    """Also measured here: where this is done beside each worker, loads know their host from the first one on."""
    from sandbox.load.ceiling import measure_host, scripts_digest  # it needs the tools image

    record = measure_host(engine)
    best, ceiling, cores = record.best, record.ceiling(scripts_digest()), len(engine.cores)
    spin_ms, rps = best.day_ms if best else 0.0, ceiling.rps if ceiling else 0.0
    beside = "" if ceiling and ceiling.quiet else " beside other work"
    observed = f"A fixed loop takes {spin_ms:.0f} ms at best; our generator sends {rps:.0f} a second{beside}."
    if cores < 2:
        fix = "Use a machine with at least two cores: here the load generator runs on the core that it measures."
        return Line("load_host", "Load", "warn", observed, fix)
    return Line("load_host", "Load", "ok", observed)


# What is asked of an engine that answers; a new question is one more function here.
LOOKS: tuple[Look, ...] = (
    engine_version,
    engine_disk,
    limits,
    seccomp,
    user_namespaces,
    access_control,
    kernel,
    disk_quota,
    disk_rate,
    build_processes,
    runtime,
    tools_image,
    base_images,
    load_host,
)


def git() -> Line:
    try:
        said = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True, timeout=10).stdout
    except (OSError, subprocess.SubprocessError):
        return Line("git", "Git", "fail", "Git is not installed.", "Install git.")
    if _version(said) < OLDEST_GIT:
        return Line("git", "Git", "fail", said.strip(), "Install git 2.37 or newer.")
    return Line("git", "Git", "ok", said.strip())


def workspace_disk() -> Line:
    fix = "Make room there, or set TMPDIR to a larger disk."
    return _disk("workspace_disk", "Disk for sources", Path(tempfile.gettempdir()), fix)


def _disk(id: str, title: str, path: Path, fix: str) -> Line:
    free = shutil.disk_usage(path).free
    state: State = "fail" if free < NO_DISK_BYTES else "warn" if free < LITTLE_DISK_BYTES else "ok"
    return Line(id, title, state, f"{free / GIB:.0f} GiB free below {path}.", "" if state == "ok" else fix)


def examine(looks: Sequence[Look] = LOOKS) -> Iterator[Line]:
    """Every line; an engine that does not answer is one line, and its questions are left out."""
    from sandbox.engine.docker import DockerEngine  # the rest of the sandbox must not need the Docker SDK

    yield git()
    yield workspace_disk()
    try:
        engine = DockerEngine()
    except HostFault as fault:
        yield Line("engine", "Container engine", "fail", f"{fault.title}.", fault.fix)
        return
    with engine:
        yield from ask(engine, looks)


def ask(engine: DockerEngine, looks: Sequence[Look] = LOOKS) -> Iterator[Line]:
    """What an engine answers; a question that cannot be asked is a line of its own."""
    for look in looks:
        name = look.__name__
        try:
            seen = look(engine)
            yield from [seen] if isinstance(seen, Line) else seen
        except SandboxError as fault:
            yield Line(name, name.replace("_", " ").capitalize(), "fail", f"{fault.title}.", fault.fix)
