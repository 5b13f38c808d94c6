"""Services and tools on the real engine: confined as the policy says, bounded, and gone when the block ends."""

import gc
import io
import json
import socket
import subprocess
import tarfile
import threading
import time

import pytest

from sandbox.engine.container import create, refuse
from sandbox.engine.docker import DockerEngine
from sandbox.engine.owner import EVALUATION, OWNER, labels_for, name_of
from sandbox.engine.policy import RunPolicy
from sandbox.faults import Cancellation, Cancelled, HostFault, TeamFault
from sandbox.limits import MIB, Limits
from tests.sandbox.conftest import build, left_over, run

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


def test_fork_bomb_stops_at_the_process_limit(lab, python, evaluation, limits):
    code = (
        "import os, time\nchildren = 0\ntry:\n  while True:\n"
        "    if os.fork() == 0: time.sleep(60); os._exit(0)\n    children += 1\n"
        "except OSError as error: print(error.errno, children, flush=True); time.sleep(60)\n"
    )
    with lab.pod(evaluation, limits) as pod:
        service = pod.start("app", python, command=run(code))
        assert until(service.logs)
        error, children = service.logs().split()
        assert error == b"11"  # EAGAIN
        assert int(children) <= limits.run_pids
        assert until(lambda: any(sample.pids >= limits.run_pids - 1 for sample in service.samples()))


def test_memory_bomb_is_seen_as_out_of_memory(lab, python, evaluation, limits):
    with lab.pod(evaluation, limits) as pod:
        service = pod.start("app", python, command=run("x = []\nwhile True: x.append(bytearray(1 << 20))"))
        state = service.wait(30)
    assert (state.running, state.oom_killed, state.exit_code) == (False, True, 137)


def test_memory_bomb_of_a_child_is_seen_while_its_parent_lives(lab, python, evaluation, limits):
    code = (
        "import os, time\nif os.fork() == 0:\n  x = []\n  while True: x.append(bytearray(1 << 20))\n"
        "os.wait(); print('child gone', flush=True); time.sleep(60)"
    )
    with lab.pod(evaluation, limits) as pod:
        service = pod.start("app", python, command=run(code))
        assert until(service.logs)
        state = until(lambda: (state := service.state()).oom_killed and state)
        assert state.running


def test_memory_bomb_of_a_child_is_seen_when_the_parent_ends_well(lab, python, evaluation, limits):
    code = "import os\nif os.fork() == 0:\n  x = []\n  while True: x.append(bytearray(1 << 20))\nos.wait()"
    with lab.pod(evaluation, limits) as pod:
        state = pod.start("app", python, command=run(code)).wait(30)
    assert (state.exit_code, state.oom_killed) == (0, True)


def test_disk_flood_is_killed(lab, python, evaluation, limits):
    code = "import time\nwith open('/flood', 'wb') as f:\n  while True: f.write(b'x' * (1 << 20)); time.sleep(0.02)"
    with lab.pod(evaluation, limits) as pod:
        service = pod.start("app", python, command=run(code))
        state = service.wait(30)
        assert (state.running, state.killed) == (False, "disk")
        assert max(sample.writable_bytes for sample in service.samples()) > limits.run_writable_bytes


def test_log_flood_is_killed_and_the_listener_is_spared(lab, python, evaluation, limits):
    lines = []
    with lab.pod(evaluation, limits) as pod:
        service = pod.start("app", python, command=run("while True: print('y' * 100)"), on_line=lines.append)
        state = service.wait(30)
        assert (state.running, state.killed) == (False, "log")
        assert len(service.logs(1_000)) == 1_000
    assert 0 < len(lines) < 2_000


# a service's life


def test_service_tells_its_output_its_end_and_its_samples(lab, python, evaluation, limits):
    lines = []
    code = (
        "import sys, time; print('out'); print('err\\x1b[31m', file=sys.stderr);"
        "sum(range(10**7)); time.sleep(3); sys.exit(7)"
    )
    with lab.pod(evaluation, limits) as pod:
        service = pod.start("app", python, command=run(code), on_line=lines.append)
        assert service.wait(0).running
        state = service.wait(30)
        samples = service.samples()
        assert sorted(service.logs().splitlines()) == [b"err\x1b[31m", b"out"]
    assert (state.exit_code, state.oom_killed, state.killed) == (7, False, "")
    assert sorted(lines) == ["err", "out"]
    assert 3 <= len(samples) <= 6
    assert [sample.at_s for sample in samples] == sorted(sample.at_s for sample in samples)
    assert samples[-1].cpu_s > 0.05
    assert samples[-1].memory_bytes > 1_000_000
    assert samples[0].writable_bytes == 0


def test_signal_reaches_the_process_through_init(lab, python, evaluation, limits):
    code = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('asked'), sys.exit(3)))\nprint('ready')\ntime.sleep(60)"
    )
    with lab.pod(evaluation, limits) as pod:
        service = pod.start("app", python, command=run(code))
        assert until(service.logs)
        service.signal("SIGTERM")
        assert service.wait(10).exit_code == 3
        assert service.logs() == b"ready\nasked\n"
        service.signal("SIGTERM")  # to one that does not run any more: nothing


def test_restart_keeps_the_writable_layer_and_the_policy(lab, python, evaluation, limits):
    lines = []
    code = (
        "import pathlib, time\np = pathlib.Path('/state')\n"
        "print('found' if p.exists() else 'new'); p.touch(); sum(range(3 * 10**6)); time.sleep(60)"
    )
    with lab.pod(evaluation, limits) as pod:
        service = pod.start("app", python, command=run(code), on_line=lines.append)
        assert until(lambda: lines)
        until(lambda: len(service.samples()) > 2)
        before = service.samples()[-1]
        service.signal("SIGKILL")
        assert service.wait(10).exit_code == 137
        service.restart()
        assert until(lambda: len(lines) == 2)
        assert service.state().running
        assert service.differences() == []
        after = until(lambda: [sample for sample in service.samples() if sample.at_s > before.at_s + 1][:1])
        assert after[0].cpu_s >= before.cpu_s
    assert lines == ["new", "found"]


# tools


def test_tool_answers_with_events_before(lab, evaluation, limits):
    events = []
    request = {"text": "ü\n" * 100_000}
    with lab.pod(evaluation, limits) as pod:
        result = pod.tool("echo", request, timeout_s=30, on_event=events.append)
    assert result == {"request": request, "rest": ""}
    assert events[0]["heard"] > 200_000


def test_tools_run_side_by_side(lab, evaluation, limits):
    results = {}
    with lab.pod(evaluation, limits) as pod:
        asked = [
            threading.Thread(target=lambda n=n: results.setdefault(n, pod.tool("echo", {"n": n}, timeout_s=30)))
            for n in range(4)
        ]
        for thread in asked:
            thread.start()
        for thread in asked:
            thread.join()
    assert {n: result["request"]["n"] for n, result in results.items()} == {n: n for n in range(4)}


def test_tool_that_is_not_done_in_time_is_killed(lab, evaluation, limits):
    with lab.pod(evaluation, limits) as pod:
        began = time.monotonic()
        with pytest.raises(HostFault, match="tool_failed") as fault:
            pod.tool("sleep", {}, timeout_s=1.5)
        assert time.monotonic() - began < 6
        assert "not done in its time" in fault.value.detail
        assert [name for name in left_over(lab, evaluation) if "tool" in name] == []


def test_tool_that_floods_is_stopped(lab, evaluation, limits):
    with lab.pod(evaluation, limits) as pod, pytest.raises(HostFault, match="tool_failed") as fault:
        pod.tool("flood", {}, timeout_s=30)
    assert "more than 4194304 bytes" in fault.value.detail


def test_tool_that_fails_says_why(lab, evaluation, limits):
    with lab.pod(evaluation, limits) as pod, pytest.raises(HostFault, match="tool_failed") as fault:
        pod.tool("fail", {}, timeout_s=30)
    assert fault.value.detail.splitlines() == [
        "the cause is written here",
        "It ended without a result (exit status 1).",
    ]


def test_tool_that_does_not_exist_fails(lab, evaluation, limits):
    with lab.pod(evaluation, limits) as pod, pytest.raises(HostFault, match="tool_failed"):
        pod.tool("nothing", {}, timeout_s=30)


def test_tool_stops_on_cancellation(lab, evaluation, limits):
    cancellation = Cancellation()
    with lab.pod(evaluation, limits) as pod:
        threading.Timer(1.0, cancellation.cancel).start()
        began = time.monotonic()
        with pytest.raises(Cancelled):
            pod.tool("sleep", {}, timeout_s=60, cancellation=cancellation)
        assert time.monotonic() - began < 6


# leaving


def test_leaving_the_block_removes_everything_whatever_happened(lab, python, evaluation, limits):
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    before = threading.active_count()
    try:
        with lab.pod(evaluation, limits) as pod:
            pod.start("app", python, command=run(stubborn))
            pod.start("app", python, command=run(stubborn), strict=True)
            assert len(left_over(lab, evaluation)) == 3
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    assert left_over(lab, evaluation) == []
    assert until(lambda: threading.active_count() <= before)


def test_entering_removes_what_a_killed_attempt_left(lab, python, evaluation, limits):
    first = lab.pod(evaluation, limits)
    first.__enter__()
    first.start("app", python, command=["sleep", "600"])
    with lab.pod(evaluation, limits):
        assert len(left_over(lab, evaluation)) == 1
    first.__exit__()


def test_pods_whose_keys_begin_alike_leave_each_other_alone(lab, evaluation, limits):
    with lab.pod(f"{evaluation}-b", limits):
        with lab.pod(evaluation, limits):
            pass
        assert len(left_over(lab, evaluation)) == 1


def test_pod_refuses_a_key_that_is_no_name(lab, limits):
    with pytest.raises(ValueError, match="letters, digits"):
        lab.pod("../x", limits)


# the engine


def test_describe_states_the_machine_and_the_policies(engine):
    described = engine.describe()
    assert described["engine"].startswith("docker ")
    assert described["cores"] >= 1
    assert described["memory_bytes"] > 10**8
    assert all(digest.startswith("sha256:") for digest in described["policy"].values())
    assert set(described["policy"]) == {"default", "strict"}


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # the SDK drops a socket that did not connect
def test_engine_that_does_not_answer_is_a_fault_of_the_host(monkeypatch, tmp_path):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    with pytest.raises(HostFault, match="engine_unreachable") as fault:
        DockerEngine()
    assert "Start Docker" in fault.value.fix
    del fault
    gc.collect()  # while the warning is expected


def test_reap_removes_what_an_ended_process_left_and_spares_the_living(lab, python, evaluation, limits):
    shown = lab.api.containers({"label": [EVALUATION]})
    others = frozenset(summary["Labels"][EVALUATION] for summary in shown)
    policy = RunPolicy.for_limits(limits, False, python, runtime=lab.runtime, swappiness=lab.swappiness)
    dead = labels_for(evaluation, "app", 60) | {OWNER: "another-1-2-3"}
    name = name_of(evaluation, "app")
    container = create(lab.api, name, policy, python.id, labels=dead, command=["sleep", "600"])
    lab.api.start(container)
    bystander = f"bystander-{evaluation}"
    subprocess.run(
        ["docker", "create", "--name", bystander, "--label", f"{EVALUATION}={evaluation}", python.id, "true"],
        check=True,
        capture_output=True,
    )
    try:
        assert not [removed for removed in lab.reap(others | {evaluation}) if evaluation in removed]
        with lab.pod(f"{evaluation}-b", limits) as pod:
            assert [removed for removed in lab.reap(others) if evaluation in removed] == [f"container {name}"]
            assert pod.tool("echo", {}, timeout_s=20)["request"] == {}
        assert left_over(lab, evaluation) == [f"/{bystander}"]
    finally:
        subprocess.run(["docker", "rm", "-f", bystander, name], check=False, capture_output=True)
