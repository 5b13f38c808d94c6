"""Attacks of a running service with privileges: capabilities, system calls, the kernel's files, a setuid program."""

import json
from textwrap import dedent

import pytest

from sandbox.engine.policy import MASKED
from tests.containers import build

# Each is tried by itself; what it raises is what stopped it. None does harm where nothing stops it.
ATTEMPTS = {
    "become another user": "os.setuid(12345)",
    "give a file away": "open('/tmp/a', 'w').close(); os.chown('/tmp/a', 1, 1)",
    "enter a root of its own": "os.chroot('/tmp')",
    "make a device": "os.mknod('/tmp/null', 0o020666, os.makedev(1, 3))",
    "mount": "refused(libc.mount(b'none', b'/mnt', b'tmpfs', 0, None))",
    "remount the kernel's settings": "refused(libc.mount(b'none', b'/proc/sys', None, 0x1020, None))",
    "open a file system": "refused(libc.syscall(430, b'tmpfs', 0))",
    "unshare users": "refused(libc.unshare(0x10000000))",
    "unshare mounts": "refused(libc.unshare(0x00020000))",
    "trace a child": "refused(libc.ptrace(0, 0, None, None))",
    "read another's memory": "refused(libc.process_vm_readv(os.getppid(), None, 0, None, 0, 0))",
    "keep a key": "refused(libc.syscall(248, b'user', b'assay', b'x', 1, -2))",
    "join a keyring": "refused(libc.syscall(250, 1, None, 0, 0, 0))",
    "set up io_uring": "refused(libc.syscall(425, 1, ctypes.create_string_buffer(120)))",
    "handle page faults": "refused(libc.syscall(323, 1))",
    "send raw packets": "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close()",
    "see every packet": "socket.socket(17, socket.SOCK_RAW, 0).close()",
    "go before others": "os.setpriority(os.PRIO_PROCESS, 0, -5)",
    "name the host": "refused(libc.sethostname(b'assay', 5))",
}
TRY = dedent("""
    import ctypes, json, os, socket
    libc = ctypes.CDLL(None, use_errno=True)
    def refused(result):
        if result == -1:
            raise OSError(ctypes.get_errno(), "refused")
    done = []
    for name, code in json.loads(os.environ["ASKED"]).items():
        child = os.fork()
        if child == 0:
            try:
                exec(code)
            except OSError as error:
                os._exit(min(error.errno, 200))
            os._exit(0)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
            done.append(name)
    print(json.dumps({"done": done}))
""")
CAPABILITIES = "SYS_ADMIN SYS_CHROOT SYS_NICE SYS_PTRACE MKNOD CHOWN SETUID NET_RAW"


def asked(known):
    return {"ASKED": json.dumps(known)}


@pytest.mark.parametrize("strict", [False, True])
def test_nothing_that_needs_a_privilege_is_done(attack, neighbour, strict):
    report, _ = attack(TRY, env=asked(ATTEMPTS), strict=strict)
    assert report == {"done": []}


def test_everything_is_done_with_capabilities_and_without_the_filter(attack, undefended):
    undefended("HostConfig.CapAdd", CAPABILITIES.split())
    undefended("HostConfig.SecurityOpt", ["no-new-privileges", "seccomp=unconfined"])
    report, _ = attack(TRY, env=asked(ATTEMPTS))
    assert set(ATTEMPTS) - set(report["done"]) == set()


def test_system_calls_are_denied_by_the_filter_alone(attack, undefended):
    """Each line holds by itself: with the capabilities, what the filter denies stays denied."""
    undefended("HostConfig.CapAdd", CAPABILITIES.split())
    report, _ = attack(TRY, env=asked(ATTEMPTS))
    needs_no_filter = {"become another user", "give a file away", "make a device", "go before others"}
    assert set(report["done"]) <= needs_no_filter | {"send raw packets"}


# A program that belongs to root.

BECOME = "import json, subprocess; print(json.dumps({'user': int(subprocess.check_output(['/become', '-u']))}))"


@pytest.fixture
def setuid(engine, evaluation, python_image, tmp_path):
    """An image whose user is 1000, with a program that says who runs it, belongs to root and is setuid."""
    dockerfile = dedent(f"""
        FROM {python_image}
        RUN cp "$(command -v id)" /become && chmod 4755 /become
        USER 1000
    """)
    image, _ = build(engine, evaluation, tmp_path, dockerfile, trusted=True)
    return image


def test_setuid_program_stays_who_started_it(attack, setuid):
    report, _ = attack(BECOME, image=setuid)
    assert report == {"user": 1000}


def test_setuid_program_becomes_root_with_new_privileges(attack, undefended, setuid):
    undefended("HostConfig.SecurityOpt", ["seccomp=unconfined"])
    report, _ = attack(BECOME, image=setuid)
    assert report == {"user": 0}


# Files of the kernel.

# Every file below these that can be opened for writing; nothing is written. Those of its own processes do not count.
OPEN = dedent("""
    import json, os, stat
    opened, looked = [], 0
    def attempt(path):
        try:
            file = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        except OSError:
            return
        if not stat.S_ISCHR(os.fstat(file).st_mode):  # what is hidden is /dev/null
            opened.append(path)
        os.close(file)
    for top in ("/proc/sys", "/proc/irq", "/proc/bus", "/proc/fs", "/sys"):
        for folder, folders, names in os.walk(top):
            looked += len(names)
            for name in names[:200]:
                attempt(os.path.join(folder, name))
            if looked > 20_000:
                break
    attempt("/proc/sysrq-trigger")
    print(json.dumps({"looked": looked > 100, "opened": opened}))
""")
READ = dedent("""
    import json, os
    told = []
    for path in json.loads(os.environ["ASKED"]):
        try:
            if os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1):
                told.append(path)
        except OSError:
            pass
    print(json.dumps({"told": told}))
""")


@pytest.mark.parametrize("strict", [False, True])
def test_no_setting_of_the_kernel_can_be_opened_for_writing(attack, neighbour, strict):
    report, _ = attack(OPEN, strict=strict)
    assert report == {"looked": True, "opened": []}


def test_settings_of_the_kernel_can_be_opened_without_the_line(attack, undefended):
    """Opened only: the attacker writes nothing."""
    undefended("HostConfig.ReadonlyPaths", [])
    report, _ = attack(OPEN)
    assert "/proc/sys/kernel/core_pattern" in report["opened"]


@pytest.mark.parametrize("strict", [False, True])
def test_kernel_tells_nothing_of_the_machine(attack, strict):
    report, _ = attack(READ, env=asked(MASKED), strict=strict)
    assert report == {"told": []}


def test_kernel_tells_of_the_machine_without_the_line(attack, undefended):
    undefended("HostConfig.MaskedPaths", [])
    report, _ = attack(READ, env=asked(MASKED))
    assert "/proc/cmdline" in report["told"]


# A core file, which on some hosts goes to a program of the host's.

CRASH = dedent("""
    import ctypes, json, os, resource
    os.chdir("/tmp")
    child = os.fork()
    if child == 0:
        try:
            resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        except (ValueError, OSError):
            pass
        os.abort()
    status = os.waitpid(child, 0)[1]
    print(json.dumps({"signal": os.WTERMSIG(status), "core": os.WCOREDUMP(status)}))
""")


@pytest.mark.parametrize("strict", [False, True])
def test_crash_leaves_no_core_file(attack, strict):
    report, _ = attack(CRASH, strict=strict)
    assert report == {"signal": 6, "core": False}


def test_crash_leaves_a_core_file_without_the_limit(attack, undefended):
    unlimited = {"Name": "core", "Soft": -1, "Hard": -1}
    undefended("HostConfig.Ulimits", [unlimited])
    report, _ = attack(CRASH)
    assert report == {"signal": 6, "core": True}
