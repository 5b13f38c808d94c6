"""System calls by name, and whether the kernel refused one."""

import ctypes
import errno
import platform

from escapes import Held, Unable

# The numbers of both machines that the images are made for (asm/unistd.h).
_MACHINES = ("x86_64", "aarch64")
_NUMBERS = {
    "add_key": (248, 217),
    "bpf": (321, 280),
    "clone": (56, 220),
    "fsopen": (430, 430),
    "init_module": (175, 105),
    "io_uring_setup": (425, 425),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "mount": (165, 40),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "pivot_root": (155, 41),
    "process_vm_readv": (310, 270),
    "ptrace": (101, 117),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "sethostname": (170, 161),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
}
# Other errors come from a kernel that has begun to do what it was asked.
_REFUSED = frozenset({errno.EPERM, errno.EACCES})
_libc = ctypes.CDLL(None, use_errno=True)


def call(name, *arguments):
    """(result, errno) of a system call."""
    machine = platform.machine()
    if machine not in _MACHINES:
        raise Unable(f"the numbers of system calls on {machine} are not known here")
    given = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    ctypes.set_errno(0)
    result = _libc.syscall(ctypes.c_long(_NUMBERS[name][_MACHINES.index(machine)]), *given)
    return result, ctypes.get_errno()


def entered(name, *arguments):
    """What a system call reached; Held where it was refused."""
    result, error = call(name, *arguments)
    code = errno.errorcode.get(error, str(error))
    if result == -1 and error == errno.ENOSYS:
        raise Held("refused: for it there is no such call (ENOSYS)")
    if result == -1 and error in _REFUSED:
        raise Held(f"refused ({code})")
    return f"the kernel took {name} ({code if result == -1 else 'done'})"
