"""The run policy: what a container of a team may do, written once, sent to the engine and compared with what it made.

Pure: a policy is a value; `create_arguments()` is the document that the engine's API takes, and `differences()`
compares the engine's own description of the live container with it, line by line. The order of a list does not count.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sandbox.canonical import digest
from sandbox.engine import Image
from sandbox.engine.lines import Line, absent, at_most, empty, equal, nested
from sandbox.engine.seccomp import profile
from sandbox.faults import TeamFault
from sandbox.kernelfolders import is_kernels
from sandbox.limits import MIB, Limits

NOBODY_NUMBER = 65534
NOBODY = f"{NOBODY_NUMBER}:{NOBODY_NUMBER}"
HOSTNAME = "assay"
HANDOVER = "/handover"
STORE = "/downloads"
TMPFS_INODES = 16_384
SHM = "/dev/shm"  # noqa: S108 - a file system of its own in the container
NOWHERE = "127.0.0.1"  # a resolver's address at which nobody answers, in place of the host's own
VOLUMES = 32
NANO = 1_000_000_000
# What a container may not see or change of the kernel, in the engine's own terms.
# A file that user 0 of the host may read is readable for user 0 of a container, capabilities or not.
MASKED = (
    "/proc/acpi",
    "/proc/asound",
    "/proc/cmdline",
    "/proc/config.gz",
    "/proc/interrupts",
    "/proc/iomem",
    "/proc/ioports",
    "/proc/kallsyms",
    "/proc/kcore",
    "/proc/key-users",
    "/proc/keys",
    "/proc/kpagecgroup",
    "/proc/kpagecount",
    "/proc/kpageflags",
    "/proc/latency_stats",
    "/proc/locks",
    "/proc/modules",
    "/proc/pagetypeinfo",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/slabinfo",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/vmallocinfo",
    "/sys/devices/virtual/dmi",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
    "/sys/kernel/boot_params",
    "/sys/kernel/debug",
    "/sys/kernel/notes",
    "/sys/kernel/security",
    "/sys/kernel/slab",
    "/sys/kernel/tracing",
    "/sys/kernel/vmcoreinfo",
)
# The last three are files of the engine on the host's disk, outside the writable layer and shared by the whole pod.
READ_ONLY = (
    "/proc/bus",
    "/proc/fs",
    "/proc/irq",
    "/proc/sys",
    "/proc/sysrq-trigger",
    "/etc/hostname",
    "/etc/hosts",
    "/etc/resolv.conf",
)


@dataclass(frozen=True)
class RunPolicy:
    """Everything that is fixed about one container before it starts.

    profile      "default" (the image's own user, writable layer), "strict" (uid 65534, read-only root), "tool"
    user         "" is the image's default, which is root; without any capability either way
    file_bytes   the largest file that a process may write
    tmpfs        (path, bytes) of each file system in memory: /tmp and every volume that the image declares
    volumes      those, as the image writes them; the runtime gives them the mode that the image's folder has, so
                 that tmpfs_owner, a user's number, decides who may write there
    environment  names that may be set: the image's and those given by us
    network      "none", "container:<id>" of the container that owns the namespace, or (our own tools only) a bridge
    volume       a volume of ours that is mounted at HANDOVER, "" for none; store the same at STORE
    cpuset       cores, "" for all; swappiness is None where the engine cannot set it
    hosts        (name, address) beside localhost; only the owner of a namespace has them
    links        interfaces beside lo that its namespace has: wires to other rooms of the same pod, see rooms.py
    capabilities what our own wiring has, and nobody else
    remapped     the engine runs containers in user namespaces of their own, and this one has to be in one
    """

    profile: str
    user: str
    read_only: bool
    memory_bytes: int
    cpus: float
    pids: int
    open_files: int
    file_bytes: int
    shm_bytes: int
    tmpfs: tuple[tuple[str, int], ...]
    volumes: tuple[str, ...] = ()
    tmpfs_owner: int = 0
    working_dir: str = "/"
    environment: tuple[str, ...] = ()
    runtime: str = "runc"
    network: str = "none"
    volume: str = ""
    store: str = ""
    cpuset: str = ""
    swappiness: int | None = 0
    stdin: bool = False
    hosts: tuple[tuple[str, str], ...] = ()
    links: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    remapped: bool = False

    @classmethod
    def for_limits(
        cls,
        limits: Limits,
        strict: bool = False,
        image: Image | None = None,
        *,
        runtime: str = "runc",
        swappiness: int | None = 0,
        user_number: int = 0,
        remapped: bool = False,
    ) -> RunPolicy:
        """The policy of a team's service; TeamFault when the image asks for a folder of the kernel, or for too many.

        `user_number` is the number of the image's user, see `account.number_of`.

        Without an image it is the profile as such, for the digest that a scorecard states.
        """
        config = image.config if image else {}
        working_dir = plain_path(config.get("working_dir") or "/")
        declared = tuple(config.get("volumes") or ())
        volumes = sorted({plain_path(path) for path in declared} | {"/tmp"})  # noqa: S108 - in the container
        if len(volumes) > VOLUMES:
            raise TeamFault(
                "too_many_volumes",
                f"The image declares more than {VOLUMES - 1} volumes",
                fix="Declare one VOLUME in the Dockerfile, and make folders in it.",
            )
        for path, what in [(working_dir, "WORKDIR"), *((volume, "VOLUME") for volume in volumes)]:
            _refuse_kernel_folder(path, what)
        return cls(
            profile="strict" if strict else "default",
            user=NOBODY if strict else config.get("user") or "",
            read_only=strict,
            memory_bytes=limits.run_memory_bytes,
            cpus=limits.run_cpus,
            pids=limits.run_pids,
            open_files=limits.run_open_files,
            file_bytes=limits.run_writable_bytes,
            shm_bytes=limits.run_shm_bytes,
            tmpfs=tuple((path, limits.run_tmpfs_bytes) for path in volumes),
            volumes=declared,
            tmpfs_owner=NOBODY_NUMBER if strict else user_number,
            working_dir=working_dir,
            environment=tuple(sorted(config.get("env_names") or ())),
            runtime=runtime,
            swappiness=swappiness,
            remapped=remapped,
        )

    @classmethod
    def for_tools(
        cls, image: Image, *, runtime: str = "runc", swappiness: int | None = 0, remapped: bool = False
    ) -> RunPolicy:
        """The policy of our own scripts beside a service: strict, with the request on standard input."""
        return cls(
            profile="tool",
            user=NOBODY,
            read_only=True,
            memory_bytes=512 * MIB,
            cpus=1.0,
            pids=256,
            open_files=8_192,
            file_bytes=64 * MIB,
            shm_bytes=16 * MIB,
            tmpfs=(("/tmp", 64 * MIB),),  # noqa: S108 - a file system of its own in the container
            tmpfs_owner=NOBODY_NUMBER,
            working_dir="/",
            environment=tuple(sorted(image.config.get("env_names") or ())),
            runtime=runtime,
            swappiness=swappiness,
            remapped=remapped,
            stdin=True,
        )

    def placed(self, *, network: str, cpuset: str, cores: int, environment: Iterable[str] = ()) -> RunPolicy:
        """The same policy for one place: its namespace, its cores and the variables that it is given."""
        return replace(
            self,
            network=network,
            cpuset=cpuset,
            cpus=min(self.cpus, float(cores)),  # the engine refuses more than the machine has
            environment=tuple(sorted({*self.environment, *environment})),
        )

    def create_arguments(self) -> dict[str, Any]:
        """The body of `POST /containers/create`, but for the image, command, environment and labels."""
        return nested(self.lines())

    def differences(self, inspected: Mapping[str, Any]) -> list[str]:
        """One sentence for each line in which the live container is not as the policy says; empty is right."""
        return [sentence for line in self.lines() if (sentence := line.difference(inspected))]

    def to_json(self) -> dict[str, Any]:
        """The policy for a scorecard, line by line: {"profile", "lines": [{"path", "rule", "want", "why"}]}.

        Which container owns the namespace is left out, as it names nothing that lasts, and the system call filter is
        its digest.
        """
        whole = f"seccomp={profile()}"
        public = replace(self, network=self.network.partition(":")[0])
        lines = [line.to_json() for line in public.lines()]
        for line in lines:
            if isinstance(line["want"], list):
                line["want"] = [f"seccomp={digest(profile())}" if one == whole else one for one in line["want"]]
        return {"profile": self.profile, "lines": lines}

    def digest(self) -> str:
        """Return "sha256:<hex>" over `to_json()`."""
        return digest(self.to_json())

    def lines(self) -> tuple[Line, ...]:
        """Every line of the policy, in the order of the engine's description."""
        lines = [
            equal("Config.User", self.user, "the user of the profile"),
            equal("Config.WorkingDir", self.working_dir, "a working directory outside the kernel's folders"),
            equal("Config.Healthcheck.Test", ["NONE"], "nothing of the image runs beside the service"),
            equal("Config.StopSignal", "SIGTERM", "one way to ask every service to stop"),
            equal("Config.Tty", False, "no terminal"),
            equal("Config.OpenStdin", self.stdin, "standard input only for a request"),
            equal("Config.StdinOnce", self.stdin, "standard input ends with the request"),
            at_most("Config.Env", self.environment, "an environment built from nothing"),
            at_most("Config.Volumes", self.volumes, "every declared volume is covered"),
            at_most("Mounts", list(filter(None, (self.volume, self.store))), "no other volume, no folder of the host"),
            at_most("NetworkSettings.Networks", [self.network], "no other network"),
            empty("NetworkSettings.Ports", "no published port"),
        ]
        tmpfs = {path: _tmpfs_options(size, self.tmpfs_owner) for path, size in self.tmpfs}
        tmpfs[SHM] = _tmpfs_options(self.shm_bytes, 0, "noexec")  # the engine's own has a size, and no bound of names
        # Not 0: a host that hands core files to a program (`|/usr/…` in core_pattern) does so for 0, too. For 1 the
        # kernel writes none and calls nobody (core(5), fs/coredump.c).
        ulimits = {"nofile": self.open_files, "fsize": self.file_bytes, "core": 1}
        host: list[Line] = [
            equal("NetworkMode", self.network, "the namespace of the pod and no other"),
            equal("CapDrop", ["ALL"], "no capability"),
            equal("SecurityOpt", ["no-new-privileges", f"seccomp={profile()}"], "the system call filter"),
            equal("Privileged", False, "not privileged"),
            equal("ReadonlyRootfs", self.read_only, "the root file system of the profile"),
            equal("Memory", self.memory_bytes, "the memory limit"),
            equal("MemorySwap", self.memory_bytes, "no swap beside the memory"),
            equal("NanoCpus", round(self.cpus * NANO), "the processor limit"),
            equal("CpusetCpus", self.cpuset, "the cores of its place"),
            equal("PidsLimit", self.pids, "the process limit"),
            equal("ShmSize", self.shm_bytes, "the size of /dev/shm"),
            equal("Ulimits", [_ulimit(*one) for one in ulimits.items()], "open files, size of a file, no core files"),
            equal("Tmpfs", tmpfs, "sized file systems in memory"),
            equal("IpcMode", "private", "shared memory of its own"),
            equal("CgroupnsMode", "private", "control groups of its own"),
            equal("Init", True, "an init that reaps and passes signals on"),
            equal("RestartPolicy", {"Name": "no", "MaximumRetryCount": 0}, "an end is an end"),
            equal("LogConfig", {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "2"}}, "bounded logs"),
            equal("MaskedPaths", list(MASKED), "kernel files that are hidden"),
            equal("ReadonlyPaths", list(READ_ONLY), "kernel files that cannot be written"),
            equal("Runtime", self.runtime, "the runtime of this host"),
            equal("ExtraHosts", [f"{name}:{place}" for name, place in self.hosts], "names within the pod only"),
            *(self._nothing(name, why) for name, why in NOTHING),
            *(absent(name, why) for name, why in NOT_ASKED_FOR),
        ]
        volumes = [(self.volume, HANDOVER), (self.store, STORE)]
        if mounts := [{"Type": "volume", "Source": name, "Target": at} for name, at in volumes if name]:
            host.append(equal("Mounts", mounts, "volumes of ours alone"))
        if self.swappiness is not None:
            host.append(equal("MemorySwappiness", self.swappiness, "nothing is swapped out"))
        if self.network == "none":  # who joins a namespace also takes its host name
            lines.append(equal("Config.Hostname", HOSTNAME, "a host name that tells nothing"))
            host.append(equal("Dns", [NOWHERE], "no resolver, and not the name of the host's"))
            host.append(equal("DnsSearch", ["."], "no domain of the host"))
        else:
            host += [empty("Dns", "no resolver"), empty("DnsSearch", "no domain of the host")]
        return (*lines, *(line.below("HostConfig") for line in host))

    def _nothing(self, name: str, why: str) -> Line:
        if name == "CapAdd" and self.capabilities:
            return equal(name, list(self.capabilities), "what wiring the rooms of a pod needs")
        return empty(name, why)


# Parts of the engine's description that stay empty: each would give the container something of the host.
NOTHING = (
    ("Binds", "no folder of the host"),
    ("VolumesFrom", "no volume of another container"),
    ("CapAdd", "no capability comes back"),
    ("GroupAdd", "no further group"),
    ("Devices", "no device"),
    ("DeviceRequests", "no device by driver"),
    ("DeviceCgroupRules", "no rule for devices"),
    ("PidMode", "processes of its own"),
    ("UTSMode", "not the name of the host"),
    ("UsernsMode", "the user namespace of the engine"),
    ("CgroupParent", "the engine's own control group"),
    ("Links", "no link to another container"),
    ("PortBindings", "no published port"),
    ("PublishAllPorts", "no published port"),
    ("AutoRemove", "it stays until we have read it"),
    ("OomKillDisable", "a memory limit that kills"),
    ("DnsOptions", "nothing else of a resolver"),
    ("OomScoreAdj", "no place before others when memory ends"),
)
# The same, but engines leave these out when they are not asked for, or have dropped them.
NOT_ASKED_FOR = (
    ("Annotations", "no word to the runtime"),
    ("BlkioDeviceReadBps", "no device of the host is named"),
    ("BlkioDeviceReadIOps", "no device of the host is named"),
    ("BlkioDeviceWriteBps", "no device of the host is named"),
    ("BlkioDeviceWriteIOps", "no device of the host is named"),
    ("BlkioWeight", "the same share of the disk for everybody"),
    ("BlkioWeightDevice", "the same share of the disk for everybody"),
    ("Cgroup", "no control group of another container"),
    ("CpuPeriod", "the processor limit alone"),
    ("CpuQuota", "the processor limit alone"),
    ("CpuRealtimePeriod", "no place before others"),
    ("CpuRealtimeRuntime", "no place before others"),
    ("CpuShares", "the same share of the processor for everybody"),
    ("CpusetMems", "no memory node of its own"),
    ("Isolation", "the runtime's own isolation"),
    ("KernelMemory", "the kernel's memory counts as its memory"),
    ("KernelMemoryTCP", "the kernel's memory counts as its memory"),
    ("MemoryReservation", "the memory limit alone"),
    ("StorageOpt", "the engine's own storage"),
    ("Sysctls", "no setting of the kernel"),
    ("VolumeDriver", "no volume by a driver"),
)


def plain_path(path: str) -> str:
    """An absolute path with its "..", "." and repeated slashes resolved, as the engine does."""
    return posixpath.normpath("/" + path.lstrip("/"))


def _refuse_kernel_folder(path: str, what: str) -> None:
    if path == "/" and what == "WORKDIR":
        return
    if path == "/" or is_kernels(path):
        raise TeamFault(
            "folder_refused",
            f"The image's {what} is {path}, which a container may not use",
            fix=f"Change the {what} in the Dockerfile to a folder of your own, such as /app.",
        )


def _ulimit(name: str, value: int) -> dict[str, Any]:
    return {"Name": name, "Soft": value, "Hard": value}


def _tmpfs_options(size: int, owner: int, execution: str = "exec") -> str:
    return f"rw,nosuid,nodev,{execution},size={size},nr_inodes={TMPFS_INODES},mode=1777,uid={owner}"
