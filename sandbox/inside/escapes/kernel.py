"""System calls that change more than the caller, or have been ways out before."""

import ctypes
import errno
import os
import signal
import socket

from escapes import Held, Unclear, attempt
from escapes.calls import call, entered

_NAMESPACES = {
    "user": 0x10000000,
    "mount": 0x00020000,
    "pid": 0x20000000,
    "network": 0x40000000,
    "ipc": 0x08000000,
    "uts": 0x04000000,
    "cgroup": 0x02000000,
}


@attempt
def mount(_request):
    """Mount a file system"""
    return entered("mount", b"none", b"/mnt", b"tmpfs", 0, None)


@attempt
def remount(_request):
    """Make /proc writable again"""
    read_write_bind = 0x20 | 0x1000
    return entered("mount", b"none", b"/proc/sys", None, read_write_bind, None)


@attempt
def unmount(_request):
    """Unmount what hides /proc/kcore"""
    return entered("umount2", b"/proc/kcore", 2)


@attempt
def new_mounts(_request):
    """Open a file system through the newer calls"""
    for name, arguments in (("fsopen", (b"tmpfs", 0)), ("open_tree", (-100, b"/", 1))):
        try:
            return entered(name, *arguments)
        except Held as words:
            held = words
    raise held


@attempt
def unshare(_request):
    """Make a namespace of its own"""
    for name, flag in _NAMESPACES.items():
        result, error = call("unshare", flag)
        if result == 0:
            return f"it has a {name} namespace of its own"
    raise Held(f"refused ({errno.errorcode.get(error)}), all {len(_NAMESPACES)} kinds")


@attempt
def clone(_request):
    """Start a process in a user namespace of its own"""
    result, error = call("clone", _NAMESPACES["user"] | signal.SIGCHLD, None, None, None, None)
    if result == 0:
        os._exit(0)
    if result > 0:
        return "a process runs in a user namespace of its own"
    raise Held(f"refused ({errno.errorcode.get(error)})")


@attempt
def setns(_request):
    """Enter another process's namespace"""
    try:
        descriptor = os.open("/proc/1/ns/mnt", os.O_RDONLY)
    except PermissionError as error:
        raise Held("the namespaces of other processes cannot be opened") from error
    return entered("setns", descriptor, 0)


@attempt
def pivot_root(_request):
    """Change the root of the file system"""
    return entered("pivot_root", b"/", b"/")  # which no kernel does


@attempt
def chroot(_request):
    """Enter a root of its own"""
    os.chroot("/tmp")  # noqa: S108 - in the container
    return "chroot worked"


@attempt
def mknod(_request):
    """Make a device"""
    for kind, number in ((0o060000, os.makedev(8, 0)), (0o020000, os.makedev(1, 1))):
        try:
            os.mknod("/tmp/assay-device", kind | 0o600, number)  # noqa: S108 - in the container
        except PermissionError:
            continue
        os.unlink("/tmp/assay-device")  # noqa: PTH108, S108 - in the container
        return f"made the device {os.major(number)}:{os.minor(number)}"
    raise Held("refused (EPERM), block and character devices")


@attempt
def open_by_handle(_request):
    """Open a file of the host by its number"""
    handle = (8).to_bytes(4, "little") + (1).to_bytes(4, "little") + (2).to_bytes(8, "little")
    return entered("open_by_handle_at", os.open("/etc/hostname", os.O_RDONLY), handle, 0)


@attempt
def modules(_request):
    """Load a kernel module"""
    return entered("init_module", None, 0, b"")


@attempt
def kexec(_request):
    """Load another kernel"""
    return entered("kexec_load", 0, 0, None, 0xFFFF)  # flags that no kernel knows: nothing is loaded


@attempt
def bpf(_request):
    """Load a BPF program"""
    return entered("bpf", 0, bytes(64), 64)


@attempt
def keyring(_request):
    """Use the kernel's keyrings"""
    join_session = 1
    return entered("keyctl", join_session, None, 0, 0, 0)


@attempt
def perf(_request):
    """Watch the machine through perf"""
    return entered("perf_event_open", bytes(112), 0, -1, -1, 0)


@attempt
def userfaultfd(_request):
    """Handle page faults (userfaultfd)"""
    user_mode_only = 1
    return entered("userfaultfd", user_mode_only)


@attempt
def io_uring(_request):
    """Set up an io_uring"""
    return entered("io_uring_setup", 1, ctypes.create_string_buffer(120))


@attempt
def trace(_request):
    """Trace another process"""
    seize = 0x4206  # it is not stopped, and let go when this process ends
    return entered("ptrace", seize, os.getppid(), None, None)


@attempt
def read_memory(_request):
    """Read another process's memory"""
    return entered("process_vm_readv", os.getppid(), None, 0, None, 0, 0)


@attempt
def kernel_log(_request):
    """Read the kernel's log"""
    read_all = 3
    return entered("syslog", read_all, ctypes.create_string_buffer(64), 64)


@attempt
def swap(_request):
    """Add swap space"""
    return entered("swapon", b"/nothing", 0)


@attempt
def clock(_request):
    """Set the clock"""
    return entered("settimeofday", None, None)


@attempt
def host_name(_request):
    """Set the host name"""
    name = socket.gethostname().encode()
    return entered("sethostname", name, len(name))


@attempt
def sockets(_request):
    """Open sockets below or beside IP (packet, raw, vsock, alg)"""
    wanted = {
        "packet": (17, socket.SOCK_RAW, 0),
        "raw": (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
        "raw IPv6": (socket.AF_INET6, socket.SOCK_RAW, 58),
        "vsock": (40, socket.SOCK_STREAM, 0),
        "alg": (38, socket.SOCK_SEQPACKET, 0),
        "key": (15, socket.SOCK_RAW, 2),
        "bluetooth": (31, socket.SOCK_RAW, 1),
    }
    opened, refused = [], []
    for name, (family, kind, protocol) in wanted.items():
        try:
            socket.socket(family, kind, protocol).close()
        except PermissionError:
            refused.append(name)
        except OSError:
            continue  # not of this kernel
        else:
            opened.append(name)
    if opened:
        return f"opened {', '.join(opened)}"
    if not refused:
        raise Unclear("this kernel has none of them")
    raise Held(f"refused: {', '.join(refused)}")
