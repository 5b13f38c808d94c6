"""Limits: each is run into, and left as it was."""

import errno
import os
import resource
import shutil
import signal
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

from escapes import Held, Unable, Unclear, attempt

MIB = 1024 * 1024
BEYOND = 8 * MIB
NO_SWAP_LIMIT = "Add swapaccount=1 to the kernel's command line, or turn swap off."


def first_number(*paths):
    """(file's name, its first word) of the first that is there."""
    for path in map(Path, paths):
        try:
            return path.name, path.read_text(encoding="ascii").split()
        except OSError:
            continue
    return "", []


@attempt(fix="Use a kernel and an engine with the pids controller.")
def processes(request):
    """Start processes without end"""
    children = []
    try:
        for _ in range(request["pids"] + 8):
            child = os.fork()
            if child == 0:
                signal.pause()
                os._exit(0)
            children.append(child)
    except BlockingIOError:
        pass  # what fork answers at the limit
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    if len(children) >= request["pids"]:
        return f"{len(children)} processes, and no end"
    raise Held(f"stopped at {len(children)} of {request['pids']}")


@attempt
def memory(request):
    """Take memory without end"""
    limit = request["memory_bytes"] + BEYOND
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
        taken = []
        with suppress(MemoryError):
            while len(taken) * MIB < limit:
                taken.append(bytearray(b"x") * MIB)
                os.write(writing, b"x")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    os.close(writing)
    got = 0
    while chunk := os.read(reading, 4096):
        got += len(chunk)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        raise Held(f"killed at {got} of {request['memory_bytes'] // MIB} MiB")
    if got * MIB < limit:
        raise Unclear(f"ended at {got} MiB, and not by the limit")
    return f"took {got} MiB"


@attempt
def swap_space(request):
    """Use swap beside the memory"""
    name, words = first_number("/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes", "/sys/fs/cgroup/memory.swap.max")
    if not words:
        if len(Path("/proc/swaps").read_text(encoding="utf-8").splitlines()) <= 1:
            raise Held("the machine has none")
        raise Unable("the kernel does not count swap")
    most = 0 if name == "memory.swap.max" else request["memory_bytes"]
    if words[0] == "max" or int(words[0]) > most:
        return f"{name} is {words[0]}"
    raise Held("the limit counts both")


@contextmanager
def until_full():
    """Ends quietly when the place is full; every other error goes on."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


def fill(folder, limit):
    """What went into a file in the folder, as words; Held when no more than `limit` bytes did."""
    written = 0
    path = Path(folder) / "assay-fill"
    try:
        with until_full(), path.open("wb", buffering=0) as file:
            while written < limit + BEYOND:
                written += file.write(bytes(min(MIB, limit + BEYOND - written)))
    finally:
        path.unlink(missing_ok=True)
    if written > limit:
        return f"{written // MIB} MiB went into {folder}, and no end"
    raise Held(f"full at {written // MIB} of {limit // MIB} MiB")


@attempt
def fill_tmp(request):
    """Fill /tmp"""
    return fill("/tmp", request["tmpfs_bytes"])  # noqa: S108 - in the container


@attempt
def fill_shared_memory(request):
    """Fill /dev/shm"""
    return fill("/dev/shm", request["shm_bytes"])  # noqa: S108 - in the container


@attempt
def fill_volume(request):
    """Fill a volume that the image declares"""
    return fill(request["volume"], request["tmpfs_bytes"])


def fill_with_names(parent, limit):
    """As `fill`, with empty files."""
    folder, made = tempfile.mkdtemp(dir=parent), 0
    try:
        with until_full():
            while made < limit + 64:
                os.close(os.open(f"{folder}/{made}", os.O_WRONLY | os.O_CREAT))
                made += 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if made > limit:
        return f"{made} files, and no end"
    raise Held(f"full at {made} files")


@attempt
def names_in_tmp(request):
    """Fill /tmp with empty files"""
    return fill_with_names("/tmp", request["tmpfs_inodes"])  # noqa: S108 - in the container


@attempt
def names_in_shared_memory(request):
    """Fill /dev/shm with empty files"""
    return fill_with_names("/dev/shm", request["tmpfs_inodes"])  # noqa: S108 - in the container


@attempt
def open_files(request):
    """Open files without end"""
    limit, opened = request["open_files"], []
    with suppress(ValueError, PermissionError):  # what is wanted: the limit cannot be raised
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit + 64, limit + 64))
    try:
        while len(opened) <= limit:
            opened.append(os.open("/dev/null", os.O_RDONLY))
    except OSError as error:
        if error.errno != errno.EMFILE:
            raise
    for descriptor in opened:
        os.close(descriptor)
    if len(opened) > limit:
        return f"{len(opened)} open files, and no end"
    raise Held(f"stopped at {len(opened)} of {limit}")


@attempt
def core_files(_request):
    """Leave a core file"""
    # For 1 the kernel neither writes a core file nor calls the host's program for them; for 0 it calls that program.
    if resource.getrlimit(resource.RLIMIT_CORE) != (1, 1):
        return f"the limit is {resource.getrlimit(resource.RLIMIT_CORE)}"
    raise Held("the limit is 1 byte")


@attempt
def processor_time(request):
    """Use more processor time than its share"""
    name, words = first_number("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu.max")
    if not words:
        raise Unable("the quota cannot be seen from inside")
    if name == "cpu.cfs_quota_us":
        words += first_number("/sys/fs/cgroup/cpu/cpu.cfs_period_us")[1]
    quota, period = words
    if quota in ("-1", "max") or int(quota) / int(period) > request["cpus"] + 0.01:
        return f"the quota is {quota} of {period} µs"
    raise Held(f"{int(quota) / int(period):g} of a core at most")


@attempt
def cores(request):
    """Run on the cores of those who measure it"""
    if not request["cores"]:
        raise Unable("this machine has one core, which both share")
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    got = os.sched_getaffinity(0)
    if not got <= set(request["cores"]):
        return f"runs on {sorted(got)}"
    raise Held(f"runs on {', '.join(map(str, sorted(got)))} alone")
