"""Builds on the real engine: what comes out, how each kind of failure is named, and that nothing stays behind."""

import io
import os
import tarfile
import threading
import time
from dataclasses import replace

import pytest

from sandbox.engine import BuildFailed
from sandbox.engine.buildgroup import PREFIX, build_group, remove_left_over
from sandbox.engine.buildsteps import build_steps
from sandbox.engine.cgroup import ROOT
from sandbox.faults import Cancellation, Cancelled, HostFault, TeamFault
from sandbox.limits import MIB
from tests.containers import build, run

pytestmark = pytest.mark.docker


@pytest.fixture(autouse=True)
def nothing_stays(engine, evaluation):
    """No step's container and no control group of this process is left after any build."""
    yield
    assert [step for step in build_steps(engine.api) if step.evaluation == evaluation] == []
    assert list(ROOT.glob(f"*/{PREFIX}{os.getpid()}-*")) == []


def test_build_gives_an_image_and_its_log(lab, python_image, evaluation, limits, tmp_path):
    (tmp_path / "app.py").write_text("print('hello')\n")
    lines = []
    dockerfile = (
        f"FROM {python_image}\nWORKDIR /srv\nCOPY . .\nRUN ls -A && echo \x1b[31mred\x1b[0m\n"
        'EXPOSE 8000\nVOLUME /data\nUSER 1000\nCMD ["python3", "app.py"]\n'
    )
    image, log = build(lab, evaluation, tmp_path, dockerfile, files={"extra.txt": "x"}, on_line=lines.append)
    assert image == lab.image(f"assay/evaluation:{evaluation}") == lab.image(image.id)
    assert image.bytes > 1_000_000
    assert {name: image.config[name] for name in ("user", "exposed", "command", "working_dir", "volumes")} == {
        "user": "1000",
        "exposed": ["8000/tcp"],
        "command": ["python3", "app.py"],
        "working_dir": "/srv",
        "volumes": ["/data"],
    }
    assert "PATH" in image.config["env_names"]
    assert "repo_digests" in image.config
    shown = log.splitlines()
    # Neither our Dockerfile nor our ignore file is among the files that were copied.
    assert shown[shown.index("app.py") : shown.index("red") + 1] == ["app.py", "extra.txt", "red"]
    assert "red" in lines


def test_build_runs_on_a_network_of_its_own_under_its_limits(lab, python_image, evaluation, limits, tmp_path):
    dockerfile = f"FROM {python_image}\nRUN ls /sys/class/net && ulimit -n && ulimit -c && echo $HTTPS_PROXY\n"
    _, log = build(lab, evaluation, tmp_path, dockerfile, limits=limits)
    shown = log.splitlines()
    assert shown[shown.index("lo") :][:4] == ["lo", "16384", "0", "http://127.0.0.1:3128"]


def test_build_step_that_fails_names_the_step(lab, python_image, evaluation, limits, tmp_path):
    with pytest.raises(BuildFailed) as failure:
        build(
            lab,
            evaluation,
            tmp_path,
            f"FROM {python_image}\nRUN echo before && exit 3\nRUN echo never\n",
            limits=limits,
        )
    assert failure.value.step.endswith(" : RUN echo before && exit 3")
    assert "non-zero code: 3" in failure.value.message
    assert "before" in failure.value.log
    assert "never" not in failure.value.log


@pytest.mark.parametrize("dockerfile", ["FORM x\n", "", "RUN x\n", "FROM scratch\nCOPY\n", "FROM scratch\nUNKNOWN y\n"])
def test_dockerfile_that_does_not_parse_fails_in_parsing(lab, evaluation, limits, tmp_path, dockerfile):
    with pytest.raises(BuildFailed) as failure:
        build(lab, evaluation, tmp_path, dockerfile, limits=limits)
    assert failure.value.step == "parse"
    assert failure.value.message


def test_missing_file_is_a_failed_step(lab, evaluation, limits, tmp_path):
    with pytest.raises(BuildFailed) as failure:
        build(lab, evaluation, tmp_path, "FROM scratch\nCOPY nothing /x\n", limits=limits)
    assert failure.value.step.endswith("COPY nothing /x")


def test_build_asks_no_registry_on_its_own(lab, evaluation, limits, tmp_path):
    with pytest.raises(HostFault, match="image_unavailable") as fault:
        build(lab, evaluation, tmp_path, "FROM 127.0.0.1:9/none:1\n", limits=limits)
    assert "127.0.0.1:9/none:1" in fault.value.title


def test_build_that_is_not_done_in_time_is_stopped(lab, python_image, evaluation, limits, tmp_path):
    began = time.monotonic()
    with pytest.raises(TeamFault, match="build_timeout") as fault:
        build(
            lab,
            evaluation,
            tmp_path,
            f"FROM {python_image}\nRUN echo on && sleep 300\n",
            limits=replace(limits, build_s=4),
        )
    assert time.monotonic() - began < 30
    assert "sleep 300" in fault.value.detail


def test_build_that_traps_its_end_is_killed(lab, python_image, evaluation, limits, tmp_path):
    code = "trap '' TERM INT HUP; while true; do sleep 1; done"
    with pytest.raises(TeamFault, match="build_timeout"):
        build(lab, evaluation, tmp_path, f"FROM {python_image}\nRUN {code}\n", limits=replace(limits, build_s=4))


def test_build_out_of_memory_is_named(lab, python_image, evaluation, limits, tmp_path):
    (tmp_path / "bomb.py").write_text("x = []\nwhile True: x.append(bytearray(1 << 20))\n")
    with pytest.raises(TeamFault, match="build_out_of_memory"):
        build(lab, evaluation, tmp_path, f"FROM {python_image}\nCOPY bomb.py /\nRUN python3 /bomb.py\n", limits=limits)


def test_build_out_of_memory_in_a_child_is_named(lab, python_image, evaluation, limits, tmp_path):
    (tmp_path / "bomb.py").write_text("x = []\nwhile True: x.append(bytearray(1 << 20))\n")
    with pytest.raises(TeamFault, match="build_out_of_memory"):
        build(
            lab,
            evaluation,
            tmp_path,
            f"FROM {python_image}\nCOPY bomb.py /\nRUN python3 /bomb.py || exit 4\n",
            limits=limits,
        )


def test_build_that_floods_its_log_is_stopped(lab, python_image, evaluation, limits, tmp_path):
    lines = []
    small = replace(limits, build_log_bytes=2 * MIB, build_log_kept_bytes=64 * 1024)
    with pytest.raises(TeamFault, match="build_log_too_large"):
        build(lab, evaluation, tmp_path, f"FROM {python_image}\nRUN yes\n", limits=small, on_line=lines.append)
    assert len(lines) < 5_000


def test_build_that_fills_the_disk_is_stopped(lab, python_image, evaluation, limits, tmp_path):
    small = replace(limits, image_bytes=64 * MIB)
    flood = "i=0; while true; do head -c 8000000 /dev/zero > /f$i; i=$((i+1)); sleep 0.2; done"
    with pytest.raises(TeamFault, match="image_too_large"):
        build(lab, evaluation, tmp_path, f"FROM {python_image}\nRUN {flood}\n", limits=small)


def test_fork_bomb_in_a_build_stops_at_its_limit(lab, python_image, evaluation, limits, tmp_path):
    with build_group(lab.api, lab.info, limits) as group:
        assert group, "this host cannot bound the processes of a build: run the tests as root beside a cgroupfs engine"
    (tmp_path / "bomb.py").write_text(
        "import os, time\nn = 0\ntry:\n  while n < 500:\n    if os.fork() == 0: time.sleep(60)\n    n += 1\n"
        "except OSError: print('stopped at', n, flush=True)\nos.kill(0, 9)\n"
    )
    dockerfile = f"FROM {python_image}\nCOPY bomb.py /\nRUN python3 /bomb.py\n"
    with pytest.raises((BuildFailed, TeamFault)) as failure:
        build(
            lab, evaluation, tmp_path, dockerfile, limits=replace(limits, build_pids=100, build_memory_bytes=1024 * MIB)
        )
    said = getattr(failure.value, "log", "") or failure.value.detail
    count = int(said.partition("stopped at ")[2].split()[0])
    assert count <= 100


def test_cancelled_build_leaves_no_container(lab, python_image, evaluation, limits, tmp_path):
    cancellation = Cancellation()
    lines = []

    def heard(line):
        lines.append(line)
        if line == "on":
            cancellation.cancel("a person asked")

    with pytest.raises(Cancelled):
        build(
            lab,
            evaluation,
            tmp_path,
            f"FROM {python_image}\nRUN echo on && sleep 300\n",
            limits=limits,
            on_line=heard,
            cancellation=cancellation,
        )
    assert "on" in lines


def test_cancelled_before_it_began_asks_the_engine_nothing(lab, evaluation, limits, tmp_path):
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(Cancelled):
        build(lab, evaluation, tmp_path, "FROM scratch\n", limits=limits, cancellation=cancellation)


def test_build_that_names_another_container_in_its_log_does_not_reach_it(lab, python, evaluation, limits, tmp_path):
    with lab.pod(f"{evaluation}-b", limits) as pod:
        victim = pod.start("app", python, command=run("import time; time.sleep(120)"))
        lie = f"printf ' ---> Running in {victim.id[:12]}\\n'; sleep 0.5; printf ' ---> Running in {victim.id[:12]}\\n'"
        dockerfile = f"FROM {python.id}\nRUN {lie}; sleep 300\n"
        with pytest.raises(TeamFault, match="build_timeout"):
            build(lab, evaluation, tmp_path, dockerfile, limits=replace(limits, build_s=5))
        assert victim.state().running


def test_context_with_a_fifo_and_links_builds_without_them(lab, python_image, evaluation, limits, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / ".dockerignore").write_text("*a" * 15 + "*b\nsecret.txt\n")
    (tmp_path / "secret.txt").write_text("s")
    (tmp_path / "a").write_text("x")
    (tmp_path / ("a" * 200)).write_text("x")
    (tmp_path / "outside").symlink_to("/etc/passwd")
    (tmp_path / "inside").symlink_to("a")
    _, log = build(
        lab, evaluation, tmp_path, f"FROM {python_image}\nWORKDIR /srv\nCOPY . .\nRUN ls -A\n", limits=limits
    )
    shown = log.splitlines()
    assert {"a", "a" * 200, "inside"} <= set(shown)
    assert not {"pipe", "outside", "secret.txt", ".dockerignore"} & set(shown)
    assert "# pipe was left out: it is neither a file nor a folder" in shown


def test_two_builds_at_once_do_not_disturb_each_other(lab, python_image, evaluation, limits, tmp_path):
    results = {}

    def one(name):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "name").write_text(f"{name}\n")
        dockerfile = f"FROM {python_image}\nCOPY name /\nRUN sleep 1 && cat /name\n"
        results[name] = lab.build(
            folder, dockerfile, reference=f"assay/evaluation:{evaluation}-{name}", labels={}, limits=limits
        )

    threads = [threading.Thread(target=one, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in ("one", "two"):
        lab.remove_image(f"assay/evaluation:{evaluation}-{name}")
    assert sorted(results) == ["one", "two"]
    assert all(name in log.splitlines() for name, (_, log) in results.items())


def test_load_root_makes_an_image_with_its_changes(lab, evaluation, tmp_path):
    archive = tmp_path / "root.tar"
    with tarfile.open(archive, "w") as tar:
        info = tarfile.TarInfo("etc/motd")
        info.size = 5
        tar.addfile(info, io.BytesIO(b"hello"))
    reference = f"assay/evaluation:{evaluation}"
    image = lab.load_root(archive, reference, changes=["ENV A=b", "WORKDIR /etc", 'CMD ["/none"]'])
    assert lab.image(reference) == image
    assert (image.config["working_dir"], image.config["command"]) == ("/etc", ["/none"])
    assert "A" in image.config["env_names"]


def test_load_root_of_what_is_no_archive_is_a_fault(lab, evaluation, tmp_path):
    (tmp_path / "no.tar").write_text("no archive at all" * 100)
    with pytest.raises(HostFault):
        lab.load_root(tmp_path / "no.tar", f"assay/evaluation:{evaluation}", changes=[])


def test_image_that_is_not_there_is_none_and_its_removal_nothing(lab):
    assert lab.image("assay/none:1") is None
    lab.remove_image("assay/none:1")


def test_pull_that_no_registry_answers_is_a_fault_of_the_host(lab):
    with pytest.raises(HostFault, match="image_unavailable") as fault:
        lab.pull("127.0.0.1:9/none:1")
    assert fault.value.detail


def test_left_over_groups_of_ended_processes_are_removed(tmp_path):
    for name in (f"{PREFIX}{os.getpid()}-1", f"{PREFIX}4194999-1", "docker"):
        (tmp_path / "pids" / name).mkdir(parents=True)
    assert remove_left_over(tmp_path) == [f"control group {PREFIX}4194999-1"]
    assert {folder.name for folder in (tmp_path / "pids").iterdir()} == {f"{PREFIX}{os.getpid()}-1", "docker"}
