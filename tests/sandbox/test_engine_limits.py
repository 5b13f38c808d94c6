"""Pods under pressure: bombs, floods, signals, tools that misbehave, and what is left behind."""

import gc
import subprocess
import threading
import time

import pytest

from sandbox.engine.container import create
from sandbox.engine.docker import DockerEngine
from sandbox.engine.owner import EVALUATION, OWNER, labels_for, name_of
from sandbox.engine.policy import RunPolicy
from sandbox.engine.tool import ANSWER_BYTES
from sandbox.faults import Cancellation, Cancelled, HostFault
from tests.containers import left_over, run
from tests.sandbox.test_engine_pod import until

pytestmark = pytest.mark.docker


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
    code = (
        "import itertools, time\nfor n in itertools.count():\n"
        "  with open(f'/flood-{n // 10}', 'ab') as f: f.write(b'x' * (1 << 20)); time.sleep(0.02)"
    )
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
    assert f"more than {ANSWER_BYTES} bytes" in fault.value.detail


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


def test_describe_states_the_machine_and_the_policies(engine, limits):
    described = engine.describe(limits)
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
