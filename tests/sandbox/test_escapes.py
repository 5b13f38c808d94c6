"""The self-proof is green on this machine, and turns red by name when a line of the policy is missing."""

import errno
import os
import socket
import subprocess
import sys
import tempfile
import time

import pytest

from sandbox.doctor import Line
from sandbox.engine.owner import OWNER, this_process
from sandbox.engine.service import DockerService
from sandbox.escapes import identity, prove, suite
from sandbox.escapes.canary import UNTOUCHED, Canary, own_addresses
from sandbox.escapes.judgement import judge
from sandbox.escapes.suite import Observed
from sandbox.inside import escapes as inside
from sandbox.limits import MIB
from tests.attacks import conftest as attacks
from tests.containers import INSIDE

pytestmark = pytest.mark.docker
undefended = attacks.undefended


def _words(text):
    return text.split()


# Lines that are taken out of the policy together, because their attempts do not disturb one another, and what the proof
# has to say is not held. The network is opened only towards this machine's own canary: the attempts look for routes
# elsewhere and send nothing.
WEAKER = {
    "limits, and shared memory of its own size": (
        {"PidsLimit": None, "Memory": 0, "MemorySwap": 0, "Ulimits": [], "NanoCpus": 0, "CpusetCpus": "", "Tmpfs": {}}
        | {"ShmSize": 256 * MIB},
        _words("processes memory memory_kill swap_space open_files core_files processor_time cores mounts fill_tmp")
        + _words("fill_volume fill_shared_memory host_folders names_in_tmp names_in_shared_memory"),
    ),
    "the system call filter, and privileges that a program may bring": (
        {"SecurityOpt": ["seccomp=unconfined"], "CapAdd": _words("SYS_ADMIN MKNOD SYS_NICE SETUID"), "Config.User": ""},
        _words("new_privileges call_filter clone io_uring keyring read_memory trace unshare userfaultfd")
        + _words("capabilities mknod priority other_user become_root bpf perf remount unmount"),
    ),
    "every capability, hidden files and a bridge": (
        {
            "CapDrop": [],
            "CapAdd": _words("SYS_ADMIN SYS_PTRACE SYS_CHROOT SYS_TIME SYSLOG NET_ADMIN NET_RAW DAC_READ_SEARCH"),
            "SecurityOpt": ["seccomp=unconfined"],
            "MaskedPaths": [],
            "ReadonlyPaths": [],
            "ReadonlyRootfs": False,
            "Devices": [{"PathOnHost": "/dev/zero", "PathInContainer": "/dev/assay", "CgroupPermissions": "r"}],
            "NetworkMode": "bridge",
        },
        _words("chroot clock host_name kernel_log mount new_mounts open_by_handle pivot_root setns setuid_program")
        + _words("set_up_network sockets swap hidden_files kernel_settings root_file_system devices")
        + _words("contacts interfaces routes host_services datagrams names"),
    ),
    "the host's network": (
        {"NetworkMode": "host"},
        _words("contacts namespaces interfaces routes_6 host_loopback abstract_sockets"),
    ),
}
HOST_FOLDERS = {"mounts", "canary_file", "host_folders", "engine_socket", "control_groups"}
WATCHED = {"disk", "log"}
SHOWN_WITHOUT_AN_ENGINE = {"file", "leaked_descriptors"}
# The kernel of a machine may have neither modules nor kexec; then nothing can be shown but that the filter refuses.
NOT_OF_EVERY_KERNEL = {"modules", "kexec"}


def failing(engine):
    return {line.id.removeprefix("escape_"): line for line in prove(engine) if line.state == "fail"}


def test_every_attempt_is_held_on_this_machine_and_leaves_nothing(engine):
    lines = list(prove(engine))
    assert [line for line in lines if line.state == "fail"] == []
    assert len({line.id for line in lines}) == len(lines) > 60
    assert all(line.observed for line in lines)
    # What never turned red in a test would prove nothing.
    shown = {"policy"}.union(HOST_FOLDERS, WATCHED, SHOWN_WITHOUT_AN_ENGINE, *(wanted for _, wanted in WEAKER.values()))
    assert {line.id.removeprefix("escape_") for line in lines} - shown == NOT_OF_EVERY_KERNEL
    # Others of this machine may be proving at this moment: only what this process made is looked at.
    mine = [one for one in engine.api.containers({}) if one["Labels"].get(OWNER) == this_process()]
    assert [name for one in mine for name in one["Names"] if "assay-proof-" in name] == []


@pytest.mark.parametrize("missing", WEAKER)
def test_missing_line_turns_the_proof_red(engine, undefended, missing):
    removed, wanted = WEAKER[missing]
    for name, value in removed.items():
        undefended(name if "." in name else f"HostConfig.{name}", value)
    found = failing(engine)
    assert set(wanted) <= found.keys()
    assert all(line.fix for line in found.values())


def test_folder_of_the_host_turns_the_proof_red(engine, undefended, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    tmp_path.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as harmless:
        harmless.bind(str(tmp_path / "s"))
        (tmp_path / "groups").mkdir()
        (tmp_path / "groups" / "pids.max").touch()
        folders = {".": tmp_path, "s": "/run/docker.sock", "groups": "/sys/fs/cgroup"}
        undefended("HostConfig.Binds", [f"{tmp_path / ours}:{theirs}" for ours, theirs in folders.items()])
        found = failing(engine)
    assert found.keys() >= HOST_FOLDERS


def test_watch_that_does_not_kill_turns_the_proof_red(engine, monkeypatch):
    monkeypatch.setattr(suite, "LINGER_S", 3.0)
    monkeypatch.setattr(DockerService, "_kill", lambda *_: None)
    assert failing(engine).keys() == WATCHED


def test_container_that_is_not_as_the_policy_says_is_named(engine, undefended, monkeypatch):
    differences = attacks.container.differences
    undefended("HostConfig.PidsLimit", 99_999)
    monkeypatch.setattr(attacks.container, "differences", differences)
    (line,) = prove(engine)
    assert (line.id, line.state) == ("escape_policy", "fail")
    assert "HostConfig.PidsLimit is 99999" in line.observed


def test_killed_doctor_leaves_nothing(engine, tmp_path):
    def left():
        mine = [one for one in engine.api.containers({}) if f"-{process.pid}-" in one["Labels"].get(OWNER, "")]
        return [*mine, *tmp_path.iterdir()]

    environment = os.environ | {"TMPDIR": str(tmp_path)}
    process = subprocess.Popen([sys.executable, "-m", "sandbox", "doctor"], env=environment, stdout=subprocess.DEVNULL)
    wait_for(lambda: len(left()) > 2)
    process.kill()
    process.wait()
    wait_for(lambda: not left())


def wait_for(condition, seconds=60.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_identity_is_the_engine_s_and_its_runtime_s(engine, monkeypatch):
    before = identity(engine)
    assert before == identity(engine)
    monkeypatch.setenv("ASSAY_RUNTIME", "another")
    assert identity(engine) != before


def test_canary_sees_whoever_comes():
    with Canary() as canary:
        assert canary.intact()
        for address in own_addresses()[:1]:
            socket.create_connection((address, canary.port), 5).close()
        with socket.socket(socket.AF_UNIX) as local:
            local.connect(f"\0{canary.to_json()['abstract']}")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
            datagram.sendto(b"x", ("127.0.0.1", canary.port))
        while len(canary.contacts) < 2 + bool(own_addresses()):
            pass
        assert canary.file.read_text() == UNTOUCHED
        canary.file.write_text("changed")
        assert not canary.intact()
    assert {contact.split(" from ")[0] for contact in canary.contacts} >= {"UDP", "local socket"}


HELD = {"attempt": "a", "title": "A", "area": "x", "fix": "", "verdict": "held", "said": "refused"}


@pytest.mark.parametrize(
    ("reports", "state", "observed"),
    [
        ([HELD, {"done": 1}], "ok", "refused"),
        ([HELD | {"verdict": "reached", "said": "in"}, {"done": 1}], "fail", "default: refused; strict: in"),
        ([HELD | {"verdict": "unclear", "said": "?"}, {"done": 1}], "fail", "default: refused; strict: ?"),
        ([HELD | {"verdict": "unable", "said": "no"}, {"done": 1}], "warn", "default: refused; strict: no"),
    ],
)
def test_the_worse_profile_decides(reports, state, observed):
    lines = judge(Observed(reports={"default": [HELD, {"done": 1}], "strict": reports}))
    (line,) = [line for line in lines if line.id == "escape_a"]
    assert (line.state, line.observed) == (state, observed)


@pytest.mark.parametrize("reports", [[], [HELD], [HELD, {"done": 2}], [{"done": 0}]])
def test_container_that_ends_before_its_report_does_not_prove_anything(reports):
    lines = list(judge(Observed(reports={"default": [HELD, {"done": 1}], "strict": reports})))
    assert [line.state for line in lines if line.id == "escape_suite"] == ["fail"]
    assert all(isinstance(line, Line) for line in lines)


def test_changed_file_turns_the_proof_red():
    lines = {line.id: line.state for line in judge(Observed(file_intact=False))}
    assert lines["escape_file"] == "fail"


def test_descriptor_that_was_left_open_is_found():
    code = "import escapes; print(*(escapes.verdict(one, {}) for one in escapes.attempts() if 'leaked' in one.name))"
    with socket.socket(socket.AF_UNIX):
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=INSIDE, capture_output=True, text=True, check=True)
    assert "'reached'" in done.stdout
    assert f"{os.getpid()}: socket:" in done.stdout


def raising(error):
    def run(_request):
        raise error

    return run


@pytest.mark.parametrize(
    ("run", "verdict"),
    [
        (raising(PermissionError(errno.EPERM, "")), "held"),
        (raising(OSError(errno.ENETUNREACH, "")), "unclear"),
        (raising(FileNotFoundError(errno.ENOENT, "")), "unclear"),
        (raising(ValueError("a mistake of ours")), "unclear"),
        (raising(inside.Held("by a limit")), "held"),
        (raising(inside.Unable("no controller")), "unable"),
        (raising(inside.Unclear("nothing there")), "unclear"),
        (lambda _: "the host's disk", "reached"),
        (lambda _: None, "unclear"),
    ],
)
def test_only_a_refusal_is_held(run, verdict):
    found = inside.verdict(inside.Attempt("a", "A", "x", run, (), ""), {})
    assert found["verdict"] == verdict
    assert found["said"]
