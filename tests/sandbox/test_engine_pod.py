"""Services and tools on the real engine: confined as the policy says, bounded, and gone when the block ends."""

import io
import json
import socket
import subprocess
import tarfile
import time

import pytest

from sandbox.engine.container import refuse
from sandbox.engine.owner import EVALUATION, OWNER, labels_for, name_of
from sandbox.engine.policy import RunPolicy
from sandbox.faults import HostFault, TeamFault
from sandbox.limits import MIB, Limits
from tests.containers import build, run

pytestmark = pytest.mark.docker

SERVE = (
    "import http.server, pathlib; print('ready'); pathlib.Path('/srv').joinpath('state').touch();"
    "http.server.test(http.server.SimpleHTTPRequestHandler, port=8000, bind='0.0.0.0')"
)
CONFESS = """
import json, os, pathlib, errno
def writes(path):
    try: pathlib.Path(path).write_text('x'); return 0
    except OSError as error: return error.errno
status = dict(l.split(':\\t', 1) for l in pathlib.Path('/proc/self/status').read_text().splitlines() if ':\\t' in l)
print(json.dumps({'uid': os.getuid(), 'status': {n: status[n] for n in ('CapEff', 'NoNewPrivs', 'Seccomp')},
  'env': sorted(os.environ), 'written': {p: writes(p) for p in ('/x', '/tmp/x')}, 'cwd': os.getcwd()}), flush=True)
"""


def until(condition, seconds=20.0):
    """Wait for something that happens by itself; the value that it had at last."""
    end = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < end:
        time.sleep(0.1)
    return value


def confession(service):
    service.wait(20)
    return json.loads(service.logs())


# the policy, live


def test_service_runs_confined_and_differs_in_no_line(lab, python, evaluation, limits):
    with lab.pod(evaluation, limits) as pod:
        service = pod.start("app", python, command=run(CONFESS + "import time; time.sleep(30)"), env={"PORT": "8000"})
        assert until(service.logs)
        said = json.loads(service.logs())
        assert service.differences() == []
    assert said["uid"] == 0
    assert said["status"] == {"CapEff": "0000000000000000", "NoNewPrivs": "1", "Seccomp": "2"}
    assert said["written"] == {"/x": 0, "/tmp/x": 0}
    assert "PORT" in said["env"]
    assert not [name for name in said["env"] if "DJANGO" in name or "SECRET" in name or "ASSAY" in name]


def test_strict_service_is_nobody_on_a_read_only_root(lab, python, evaluation, limits):
    with lab.pod(evaluation, limits) as pod:
        said = confession(pod.start("app", python, command=run(CONFESS), strict=True))
    assert said["uid"] == 65534
    assert said["written"] == {"/x": 30, "/tmp/x": 0}  # 30 is EROFS


@pytest.mark.parametrize(
    "wrong",
    [
        ("CapDrop", ["NET_RAW"]),
        ("CapAdd", ["SYS_PTRACE"]),
        ("SecurityOpt", ["seccomp=unconfined"]),
        ("SecurityOpt", ["no-new-privileges"]),
        ("PidsLimit", 10_000),
        ("Memory", 64 * 1024 * 1024),
        ("MemorySwap", -1),
        ("NetworkMode", "bridge"),
        ("ReadonlyRootfs", True),
        ("Tmpfs", {}),
        ("Privileged", True),
        ("PidMode", "host"),
        ("Binds", ["/etc:/host:ro"]),
        ("LogConfig", {"Type": "none", "Config": {}}),
        ("MaskedPaths", []),
    ],
)
def test_container_with_one_line_wrong_is_refused_and_removed(lab, python, evaluation, limits, wrong):
    part, value = wrong
    policy = RunPolicy.for_limits(limits, False, python, runtime=lab.runtime, swappiness=lab.swappiness)
    document = policy.create_arguments()
    document["HostConfig"][part] = value
    document |= {"Image": python.id, "Cmd": ["true"], "Labels": labels_for(evaluation, "app", 60)}
    name = name_of(evaluation, "app")
    container = lab.api.create(name, document)
    found = policy.differences(lab.api.inspect(container))
    assert any(f"HostConfig.{part}" in sentence for sentence in found)
    with pytest.raises(HostFault, match="sandbox_policy") as fault:
        refuse(lab.api, container, name, found)
    assert part in fault.value.detail
    assert lab.api.inspect(container) is None


def test_running_container_that_was_changed_from_outside_is_seen(lab, python, evaluation, limits):
    with lab.pod(evaluation, limits) as pod:
        service = pod.start("app", python, command=run("import time; time.sleep(60)"))
        subprocess.run(["docker", "update", "--pids-limit", "9999", service.id], check=True, capture_output=True)
        [sentence] = service.differences()
    assert sentence.startswith("HostConfig.PidsLimit is 9999, not 64")


def test_labels_of_an_image_do_not_replace_ours(lab, python_image, evaluation, limits, tmp_path):
    dockerfile = f'FROM {python_image}\nLABEL {EVALUATION}="other" {OWNER}="other"\nCMD ["sleep", "60"]\n'
    image, _ = build(lab, evaluation, tmp_path, dockerfile)
    with lab.pod(evaluation, limits) as pod:
        labels = lab.api.inspect(pod.start("app", image).id)["Config"]["Labels"]
    assert labels[EVALUATION] == evaluation
    assert labels[OWNER] != "other"


@pytest.mark.parametrize("user", ["1000", "app", "app:app"])
def test_declared_volumes_are_sized_memory_of_the_images_user(lab, python, evaluation, tmp_path, user):
    limits = Limits(run_tmpfs_bytes=8 * MIB)
    dockerfile = (
        f"FROM {python.id}\nRUN useradd -u 1000 app && mkdir -p /data && chown app /data\n"
        f"VOLUME /data/ /more\nUSER {user}\nWORKDIR /data\n"
        'HEALTHCHECK --interval=1s CMD touch /tmp/healthcheck-ran\nSTOPSIGNAL SIGKILL\nCMD ["sleep", "60"]\n'
    )
    image, _ = build(lab, evaluation, tmp_path, dockerfile)
    assert image.config["volumes"] == ["/data/", "/more"]
    code = (
        "import os, time; time.sleep(2); print(os.getuid(), os.path.exists('/tmp/healthcheck-ran'), flush=True)\n"
        "try: open('/data/big', 'wb').write(b'x' * 20_000_000)\n"
        "except OSError as error: print(error.errno, flush=True)\n"
    )
    with lab.pod(evaluation, limits) as pod:
        service = pod.start("app", image, command=run(code))
        service.wait(20)
        assert service.differences() == []
        assert service.logs().split() == [b"1000", b"False", b"28"]  # 28 is ENOSPC: the volume is 8 MiB of memory
        volumes = lab.api.inspect(service.id)["Mounts"]
    assert volumes == []


@pytest.mark.parametrize("instruction", ["USER nobody-here", "USER 1000:no-group", "WORKDIR /etc/passwd/x"])
def test_image_that_names_what_it_does_not_have_is_the_teams_fault(lab, evaluation, limits, tmp_path, instruction):
    # Made by import, since a build would refuse such an image itself.
    with tarfile.open(tmp_path / "root.tar", "w") as tar:
        for name in ("etc/passwd", "etc/group"):
            tar.addfile(tarfile.TarInfo(name), io.BytesIO())
    changes = [instruction, 'CMD ["/x"]']
    image = lab.load_root(tmp_path / "root.tar", f"assay/evaluation:{evaluation}", changes=changes)
    with lab.pod(evaluation, limits) as pod, pytest.raises(TeamFault) as fault:
        pod.start("app", image)
    assert fault.value.id == "cannot_start"


@pytest.mark.parametrize("command", ["/no/such/program", "/etc", "/etc/passwd"])
def test_command_that_cannot_run_ends_with_the_reason_in_its_log(lab, python, evaluation, limits, command):
    with lab.pod(evaluation, limits) as pod:
        service = pod.start("app", python, command=[command])
        assert service.wait(10).exit_code in (126, 127)  # as a shell says it
        assert command in service.logs().decode()


def test_image_without_a_command_is_the_teams_fault(lab, evaluation, limits, tmp_path):
    (tmp_path / "a").write_text("a")
    image, _ = build(lab, evaluation, tmp_path, "FROM scratch\nCOPY a /a\n")
    with lab.pod(evaluation, limits) as pod, pytest.raises(TeamFault, match="no_command"):
        pod.start("app", image)


# isolation


@pytest.fixture
def listener():
    """A listener on every address of the host, and the addresses under which it could be reached."""
    with socket.create_server(("0.0.0.0", 0)) as server:
        port = server.getsockname()[1]
        shown = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True).stdout
        hosts = {host for host in shown.split() if ":" not in host} | {"172.17.0.1", "169.254.169.254"}
        assert socket.create_connection(("127.0.0.1", port), timeout=2).close() is None
        yield [[host, port] for host in sorted(hosts)]


def test_pod_reaches_neither_the_host_nor_a_gateway_nor_a_resolver(lab, evaluation, limits, listener):
    addresses = [*listener, ["8.8.8.8", 53], ["example.org", 80]]
    with lab.pod(evaluation, limits) as pod:
        said = pod.tool("confess", {"addresses": addresses}, timeout_s=60)
    assert said["interfaces"] == ["lo"]
    assert len(said["reached"]) == len(addresses)
    # 101 is «network unreachable», -3 «temporary failure in name resolution»
    assert set(said["reached"].values()) <= {"OSError 101", "gaierror -3"}


def test_pod_does_not_reach_a_listener_on_the_hosts_loopback(lab, evaluation, limits, listener):
    port = listener[0][1]
    with lab.pod(evaluation, limits) as pod:
        said = pod.tool("confess", {"addresses": [["127.0.0.1", port]]}, timeout_s=30)
    assert said["reached"] == {f"127.0.0.1:{port}": "ConnectionRefusedError 111"}


def test_tools_and_services_share_the_loopback_and_two_pods_do_not(lab, python, evaluation, limits):
    with lab.pod(evaluation, limits) as pod, lab.pod(f"{evaluation}-b", limits) as other:
        service = pod.start("app", python, command=run(SERVE))
        assert until(lambda: b"Serving" in service.logs())
        asked = {"addresses": [["127.0.0.1", 8000], ["localhost", 8000], ["assay", 8000]]}
        assert set(pod.tool("confess", asked, timeout_s=30)["reached"].values()) == {"connected"}
        # 99 is «cannot assign address»: what ::1 gives where there is no IPv6
        refused = {"ConnectionRefusedError 111", "OSError 99"}
        assert set(other.tool("confess", asked, timeout_s=30)["reached"].values()) <= refused


def test_hosts_of_a_pod_are_names_of_its_own_loopback(lab, python, evaluation, limits):
    with lab.pod(evaluation, limits, hosts=["web", "db"]) as pod:
        service = pod.start("app", python, command=run(SERVE))
        assert until(lambda: b"Serving" in service.logs())
        said = pod.tool("confess", {"addresses": [["web", 8000], ["db", 8000]]}, timeout_s=30)
    assert set(said["reached"].values()) == {"connected"}


def test_tool_is_confined_as_strictly_as_can_be(lab, evaluation, limits):
    with lab.pod(evaluation, limits) as pod:
        said = pod.tool("confess", {}, timeout_s=30)
    zero = "0000000000000000"
    assert said["uid"] == 65534
    assert said["status"] == {"CapEff": zero, "CapBnd": zero, "NoNewPrivs": "1", "Seccomp": "2"}
    assert {path for path, error in said["written"].items() if error} == {"/x", "/assay/x"}
    assert said["docker_socket"] is False


@pytest.mark.parametrize(
    "attempt",
    [
        "ctypes.CDLL(None, use_errno=True).unshare(0x10000000)",  # CLONE_NEWUSER
        "ctypes.CDLL(None, use_errno=True).ptrace(0, 0, 0, 0)",
        "ctypes.CDLL(None, use_errno=True).syscall(425, 8, 0)",  # io_uring_setup
        "ctypes.CDLL(None, use_errno=True).syscall(250, 0, 0, 0, 0, 0)",  # keyctl
        "ctypes.CDLL(None, use_errno=True).syscall(321, 0, 0, 0)",  # bpf
        "ctypes.CDLL(None, use_errno=True).syscall(323, 0)",  # userfaultfd
        "ctypes.CDLL(None, use_errno=True).mount(b'x', b'/tmp', b'tmpfs', 0, None)",
    ],
)
def test_system_calls_that_lead_out_are_denied(lab, python, evaluation, limits, attempt):
    code = f"import ctypes, os; print({attempt}, os.strerror(ctypes.get_errno()))"
    with lab.pod(evaluation, limits) as pod:
        service = pod.start("app", python, command=run(code))
        assert service.wait(20).exit_code == 0
        assert service.logs() == b"-1 Operation not permitted\n"


@pytest.mark.parametrize("family", ["AF_PACKET", "AF_VSOCK", "AF_ALG"])
def test_socket_families_that_lead_out_are_denied(lab, python, evaluation, limits, family):
    code = f"import socket\ntry: socket.socket(socket.{family}, socket.SOCK_RAW)\nexcept OSError as e: print(e.errno)"
    with lab.pod(evaluation, limits) as pod:
        service = pod.start("app", python, command=run(code))
        service.wait(20)
        assert service.logs() == b"1\n"  # EPERM


# bounds
