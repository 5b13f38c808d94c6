"""Files of the kernel, of the engine and of the host."""

# os.path answers False where pathlib raises: much of this may not even be looked at.
# ruff: noqa: PTH110, PTH123, PTH115, PTH116, PTH118, PTH119, PTH208
import os
import stat
from pathlib import Path

from escapes import STRICT, Held, Unclear, attempt
from escapes.calls import entered

ENGINE_SOCKETS = (
    "/run/docker.sock",
    "/var/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/run/podman/podman.sock",
    "/run/crio/crio.sock",
    "/run/buildkit/buildkitd.sock",
)
SETTINGS = (
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/kernel/modprobe",
    "/proc/sys/kernel/hostname",
    "/proc/sys/vm/panic_on_oom",
    "/proc/sysrq-trigger",
    "/sys/kernel/uevent_helper",
    "/sys/kernel/mm/transparent_hugepage/enabled",
    "/sys/power/state",
)
DEVICES = frozenset(
    "console core fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero".split()  # noqa: SIM905
)
# The three that the engine writes for every container, and its init, which has to be read-only.
ENGINE_FILES = frozenset({"/etc/resolv.conf", "/etc/hostname", "/etc/hosts"})
ENGINE_INIT = "docker-init"
IN_MEMORY = frozenset("cgroup cgroup2 devpts mqueue overlay proc sysfs tmpfs 9p".split())  # noqa: SIM905
CONTROL_NAMES = frozenset(
    "release_agent notify_on_release cgroup.procs memory.limit_in_bytes memory.max pids.max devices.allow".split()  # noqa: SIM905
)
MOST_CONTROLS = 400


def opened_for_writing(paths):
    """Those that can be opened for writing; nothing is written."""
    opened = []
    for path in paths:
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            continue
        opened.append(str(path))
    return opened


@attempt
def kernel_settings(request):
    """Write the kernel's settings or the engine's files"""
    settings = [path for path in SETTINGS if os.path.exists(path)]
    mounted = [path for path in request["read_only"] if os.path.exists(path)]
    writable = [path for path in mounted if not os.statvfs(path).f_flag & os.ST_RDONLY]
    if reached := opened_for_writing(settings) + writable:
        return f"can be written: {', '.join(reached)}"
    if not settings or not mounted:
        raise Unclear("this kernel has none of them")
    raise Held(f"all {len({*settings, *mounted})} that are there are read-only")


@attempt
def control_groups(_request):
    """Change its own limits through the control groups"""
    controls = []
    for folder, _, names in os.walk("/sys/fs/cgroup"):
        controls += [os.path.join(folder, name) for name in names if name in CONTROL_NAMES]
        if len(controls) > MOST_CONTROLS:
            break
    if reached := opened_for_writing(controls):
        return f"can be written: {', '.join(reached[:3])}"
    if not controls:  # then it would have to bring them here
        return entered("mount", b"none", b"/mnt", b"cgroup2", 0, None)
    raise Held(f"none of {len(controls)} files can be written")


@attempt
def hidden_files(request):
    """Read what the kernel tells of the machine"""
    told, hidden = [], []
    for path in request["masked"]:
        try:
            (told if _says_something(path) else hidden).append(path)
        except FileNotFoundError:
            continue  # not of this kernel
        except OSError:
            hidden.append(path)
    if told:
        return f"can be read: {', '.join(told)}"
    if not hidden:
        raise Unclear("this kernel has none of these places")
    raise Held(f"{len(hidden)} places are hidden, {len(request['masked']) - len(hidden)} others this kernel has not")


def _says_something(path):
    if stat.S_ISDIR(os.stat(path).st_mode):
        return bool(os.listdir(path))
    with open(path, "rb", buffering=0) as file:
        return bool(file.read(1))


@attempt
def devices(_request):
    """Find a disk, the memory or another device"""
    found = sorted(set(os.listdir("/dev")) - DEVICES)
    found += [name for name in os.listdir("/dev") if stat.S_ISBLK(os.stat(f"/dev/{name}").st_mode)]
    if found:
        return f"has {', '.join(found)}"
    raise Held("only those of every container")


@attempt
def engine_socket(request):
    """Find the engine's socket"""
    found = [path for path in (*ENGINE_SOCKETS, *request["sockets"]) if os.path.exists(path)]
    for folder, _, names in os.walk("/run"):
        found += [f"{folder}/{name}" for name in names if stat.S_ISSOCK(os.lstat(f"{folder}/{name}").st_mode)]
    if found:
        return f"found {', '.join(sorted(set(found)))}"
    raise Held(f"no socket is there; the host has {len(request['sockets'])}")


@attempt
def canary_file(request):
    """Find a file of the host"""
    path = request["canary"]["file"]
    ways = [path, f"/proc/1/root{path}", f"/proc/self/cwd{'/..' * 20}{path}", f"{'../' * 20}{path.lstrip('/')}"]
    if reached := [way for way in ways if os.path.exists(way)]:
        return f"found as {reached[0]}"
    raise Held("it is not there")


@attempt
def host_folders(_request):
    """Find a folder of the host among the mounts"""
    found = []
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        mount, _, source = line.partition(" - ")
        (place, options), kind = mount.split()[4:6], source.split()[0]
        if os.path.basename(place) == ENGINE_INIT and "ro" in options.split(","):
            continue
        if place != "/" and kind not in IN_MEMORY and place not in ENGINE_FILES:
            found.append(f"{place} ({kind})")
    if found:
        return f"mounted: {', '.join(found)}"
    raise Held("only file systems in memory and the image")


@attempt
def leaked_descriptors(_request):
    """Find an open folder or socket that was left to it"""
    found, looked = [], 0
    for process in ("1", str(os.getppid())):
        try:
            names = os.listdir(f"/proc/{process}/fd")
        except PermissionError:
            continue
        looked += len(names)
        for name in names:
            try:
                target = os.readlink(f"/proc/{process}/fd/{name}")
            except OSError:
                continue
            if target.startswith("socket:") or (target.startswith("/") and target != "/dev/null"):
                found.append(f"{process}: {target}")
    if found:
        return f"found {', '.join(found)}"
    if not looked:
        raise Unclear("no process shows what it has open")
    raise Held(f"nothing but pipes, {looked} of them")


@attempt(profiles=(STRICT,))
def root_file_system(_request):
    """Write into the image"""
    if not os.statvfs("/").f_flag & os.ST_RDONLY:
        return "the root file system can be written"
    raise Held("read-only")
