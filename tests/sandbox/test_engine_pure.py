"""The engine's pure parts: captures, control groups, placement, processes, names, the builder's log, the fake."""

import json
import os
import subprocess
import sys
import time

import pytest

from sandbox.engine import Sample, State, cgroup, process
from sandbox.engine.buildlog import BuildLog
from sandbox.engine.capture import Ends, Frames, Lines, Newest, Pace, documents
from sandbox.engine.deadline import Deadline
from sandbox.engine.fake import FakeEngine, fake_image
from sandbox.engine.layers import labelled
from sandbox.engine.owner import (
    EVALUATION,
    UNTIL,
    check_key,
    evaluation_of,
    is_kept,
    labels_for,
    owner_lives,
    this_process,
)
from sandbox.engine.sdk import fault_of
from sandbox.engine.stages import images_named
from sandbox.engine.tool import command
from sandbox.faults import Cancellation, Cancelled, HostFault
from sandbox.limits import Limits


def frame(number, data):
    return bytes([number, 0, 0, 0]) + len(data).to_bytes(4, "big") + data


# capture


def test_frames_come_whole_however_they_are_cut():
    stream = frame(1, b"out") + frame(2, b"") + frame(2, b"error" * 100)
    for size in (1, 3, 7, len(stream)):
        frames = Frames()
        got = [item for start in range(0, len(stream), size) for item in frames.feed(stream[start : start + size])]
        assert got == [(1, b"out"), (2, b""), (2, b"error" * 100)]


def test_lines_are_cut_at_their_limit_and_go_on_with_the_next():
    lines = Lines(limit=5)
    assert list(lines.feed(b"abc")) == []
    assert list(lines.feed(b"defgh")) == []
    assert list(lines.feed(b"ijk\nnext\nla")) == [b"abcde", b"next"]
    assert list(lines.end()) == [b"la"]
    assert list(lines.end()) == []


def test_newest_keeps_the_last_bytes_only():
    newest = Newest(10)
    for number in range(1_000):
        newest.add(f"{number},".encode())
    assert newest.value() == b"7,998,999,"


def test_newest_cuts_one_large_piece():
    newest = Newest(4)
    newest.add(b"0123456789")
    assert newest.value() == b"6789"


def test_ends_keep_head_and_tail_and_say_what_is_between():
    ends = Ends(20)
    for number in range(100):
        ends.add(f"{number:04d}\n".encode())
    assert ends.text() == "0000\n0001\n\n… 480 bytes left out …\n0098\n0099\n"


def test_ends_give_a_short_text_as_it_is():
    ends = Ends(20)
    ends.add(b"hello \x1b[31mred\x1b[0m\n")
    assert ends.text() == "hello red\n"[:20]


def test_pace_holds_back_a_flood_and_says_so():
    heard = []
    pace = Pace(heard.append, per_s=10)
    for number in range(1_000):
        pace.say(f"{number}")
    pace.flush()
    assert heard[:10] == [str(number) for number in range(10)]
    assert heard[-1].endswith("lines left out …")
    assert len(heard) < 40


def test_pace_cleans_what_it_passes_on():
    heard = []
    Pace(heard.append).say(b"\x1b[2Jevil\x00\xff")
    assert heard == ["evil�"]


def test_documents_pass_over_what_is_no_object():
    lines = iter([b"", b"no", b"[1]", b'{"a": 1}', b"\xff", b"[" * 100_000])
    assert list(documents(lines)) == [{"a": 1}]


# deadline


def test_deadline_acts_when_the_time_is_over():
    acted = []
    with Deadline(0.1, lambda: acted.append(1)) as deadline:
        time.sleep(0.8)
    assert (deadline.passed, acted) == (True, [1])


def test_deadline_acts_on_cancellation_without_having_passed():
    acted, cancellation = [], Cancellation()
    with Deadline(60, lambda: acted.append(1), cancellation) as deadline:
        cancellation.cancel()
        time.sleep(0.6)
    assert (deadline.passed, acted) == (False, [1])


def test_deadline_does_nothing_when_left_in_time():
    acted = []
    with Deadline(60, lambda: acted.append(1)):
        pass
    assert acted == []


# control groups


VERSION_1 = "8:pids:/docker/abc\n4:memory:/docker/abc\n2:cpu,cpuacct:/docker/abc\n0::/docker/abc\n"


def test_locate_finds_version_1_folders(tmp_path):
    folders = cgroup.locate(VERSION_1, tmp_path)
    assert folders.version == 1
    assert folders.memory == tmp_path / "memory/docker/abc"
    assert folders.cpu == tmp_path / "cpuacct/docker/abc"


def test_locate_finds_the_version_2_folder(tmp_path):
    folders = cgroup.locate("0::/system.slice/docker-abc.scope\n", tmp_path)
    assert folders.version == 2
    assert folders.memory == folders.pids == tmp_path / "system.slice/docker-abc.scope"


def test_read_version_1_leaves_out_file_pages(tmp_path):
    folders = cgroup.locate(VERSION_1, tmp_path)
    for folder, files in (
        (folders.memory, {"memory.stat": "cache 5\ntotal_inactive_file 400\n", "memory.usage_in_bytes": "1000\n"}),
        (folders.memory, {"memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n"}),
        (folders.cpu, {"cpuacct.usage": "1500000000\n"}),
        (folders.pids, {"pids.current": "7\n"}),
    ):
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text)
    assert folders.read() == cgroup.Reading(600, 1.5, 7, 2)


def test_read_version_2(tmp_path):
    folders = cgroup.locate("0::/abc\n", tmp_path)
    folders.memory.mkdir()
    for name, text in {
        "memory.stat": "anon 1\ninactive_file 24\n",
        "memory.current": "1024\n",
        "memory.events": "low 0\noom 1\noom_kill 1\n",
        "cpu.stat": "usage_usec 2500000\nuser_usec 1\n",
        "pids.current": "3\n",
    }.items():
        (folders.memory / name).write_text(text)
    assert folders.read() == cgroup.Reading(1000, 2.5, 3, 1)


def test_read_is_none_once_the_group_is_gone(tmp_path):
    assert cgroup.locate("0::/gone\n", tmp_path).read() is None


def test_from_stats_reads_the_engines_figures():
    document = {
        "memory_stats": {"usage": 100, "stats": {"inactive_file": 40}},
        "cpu_stats": {"cpu_usage": {"total_usage": 2_000_000_000}},
        "pids_stats": {"current": 4},
    }
    assert cgroup.from_stats(document) == cgroup.Reading(60, 2.0, 4)
    assert cgroup.from_stats({"memory_stats": {}}) is None


# processes


RIGHT = "CapInh:\t0000\nCapPrm:\t0000\nCapEff:\t0000\nCapBnd:\t0000\nCapAmb:\t0000\nNoNewPrivs:\t1\nSeccomp:\t2\n"


def test_status_differences_none_for_a_confined_process():
    assert process.status_differences(RIGHT) == []


@pytest.mark.parametrize("name", sorted(process.FACTS))
def test_status_differences_see_each_fact_missing_or_wrong(name):
    [line] = [line for line in RIGHT.splitlines() if line.startswith(name)]
    assert name in process.status_differences(RIGHT.replace(line, ""))[0]
    wrong = "0" if name in ("NoNewPrivs", "Seccomp") else "3fffffffff"
    assert name in process.status_differences(RIGHT.replace(line, f"{name}:\t{wrong}"))[0]


def test_differences_see_a_process_of_the_host_itself():
    found = process.differences(os.getpid())
    assert "the process is in the network namespace of the host" in found


def test_is_visible_needs_the_containers_name_in_the_control_group():
    assert not process.is_visible(os.getpid(), "0" * 64)
    assert not process.is_visible(0, "")


# names and owners


def test_evaluation_of_needs_our_name_beside_the_label():
    assert evaluation_of({"Names": ["/assay-e1-pause"], "Labels": {EVALUATION: "e1"}}) == "e1"
    assert evaluation_of({"Names": ["/mailserver"], "Labels": {EVALUATION: "e1"}}) is None
    assert evaluation_of({"Names": ["/assay-e1-pause"], "Labels": {}}) is None
    assert evaluation_of({"Names": ["/assay-e1-b-pause"], "Labels": {EVALUATION: "e1-b"}}) == "e1-b"
    assert evaluation_of({"Names": ["/assay-e2-pause"], "Labels": {EVALUATION: "e1"}}) is None


@pytest.mark.parametrize("key", ["", "-a", "a b", "a/b", "ä", "a" * 65, "a\n"])
def test_check_key_refuses_what_a_name_cannot_carry(key):
    with pytest.raises(ValueError, match="letters, digits"):
        check_key(key)


def test_owner_lives_tells_this_process_from_an_ended_one():
    assert owner_lives(this_process())
    show = "from sandbox.engine.owner import this_process; print(this_process())"
    ended = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True).stdout.strip()
    assert not owner_lives(ended)
    reused = this_process().rpartition("-")[0] + "-1"
    assert not owner_lives(reused)
    assert not owner_lives("")


def test_is_kept_ends_with_the_time_of_the_evaluation():
    labels = labels_for("e1", "pause", 60)
    assert is_kept(labels)
    assert not is_kept(labels | {UNTIL: str(int(time.time()) - 1)})
    assert not is_kept({})


# builds


def test_build_log_follows_steps_and_containers():
    log = BuildLog(1_000, None)
    for text in (
        "Step 1/2 : FROM x",
        "\n",
        "Step 2/2 : RUN make",
        "\n",
        " ---> Running in 0123456789ab\n",
        "Step 9/9 : said by make\n",
        "  ---> Running in ffffffffffff\n",
    ):
        log.feed({"stream": text})
    log.feed({"error": "The command '/bin/sh -c make' returned a non-zero code: 137"})
    assert log.step == "Step 2/2 : RUN make"
    assert log.containers == ["0123456789ab"]
    assert log.exit_code == 137


def test_build_log_bounds_what_it_keeps_and_counts_all():
    log = BuildLog(1_000, None)
    for _ in range(1_000):
        log.feed({"stream": "y" * 999 + "\n"})
    assert log.bytes == 1_000_000
    assert len(log.text()) < 1_200


@pytest.mark.parametrize(
    ("dockerfile", "images"),
    [
        ("FROM a:1\nFROM --platform=linux/amd64 b AS two\nFROM two\nFROM scratch\n", ["a:1", "b"]),
        ("ARG V=1\nFROM python:$V\n", []),
        ("FROM a\nCOPY --from=other:1 /x /y\nCOPY --chown=1 --from=0 /x /y\n", ["a", "other:1"]),
        ("FROM a\nRUN echo \\\n  FROM b\n# FROM c\n", ["a"]),
        ("FROM \\\n  a\n", ["a"]),
        ("# escape=`\nFROM a\nRUN x `\nFROM b\n", ["a"]),
        ("from A as Base\nCOPY --from=base x y\n", ["A"]),
    ],
)
def test_images_named_are_those_that_the_engine_would_fetch(dockerfile, images):
    assert images_named(dockerfile) == images


# faults and scripts


@pytest.mark.parametrize(
    ("dockerfile", "is_labelled"),
    [
        ("FROM a\nCMD b\n", True),
        ("FROM a\n# the end", True),
        ("FROM a\nRUN b \\\n", False),
        ("FROM a\nRUN b \\  \n# a comment does not end it\n\n", False),
        ("# syntax=x\n# escape=`\nFROM a\nRUN b `\n", False),
        ("CMD b\n", False),
        ("", False),
    ],
    ids=["instruction", "comment", "unfinished", "unfinished-comment", "unfinished-backtick", "no-stage", "empty"],
)
def test_labels_are_one_step_more_where_a_line_of_ours_is_one(dockerfile, is_labelled):
    labels = {"assay.until": "17", "assay.evaluation": "e1"}
    text = labelled(dockerfile, labels)
    assert (text != dockerfile) == is_labelled
    assert not is_labelled or text.splitlines()[-1] == 'LABEL assay.evaluation="e1" assay.until="17"'
    assert labelled(dockerfile, {}) == dockerfile


def test_fault_of_a_full_disk_and_of_an_engine_that_is_gone():
    assert fault_of(OSError("write: No space left on device")).id == "disk_full"
    assert fault_of(ConnectionRefusedError("refused")).id == "engine_unreachable"


@pytest.mark.parametrize("script", ["../etc/passwd", "a b", "", "inside/../x", "/abs", "-x"])
def test_tool_command_refuses_what_is_no_script(script):
    with pytest.raises(ValueError, match="not the name of a script"):
        command(script)


def test_tool_command_of_both_folders():
    assert command("ask") == ("python3", "-I", "-S", "/assay/inside/ask.py")
    assert command("loadtest/run") == ("python3", "-I", "/assay/loadtest/run.py")  # it needs packages


# the fake


def test_fake_engine_answers_from_its_script_and_keeps_a_ledger():
    engine = FakeEngine(tools={"ask": [{"n": 1}, {"n": 2}], "echo": lambda request: {"got": request["x"]}})
    events = []
    engine.tools["talk"] = {"events": [{"at": 1}], "done": True}
    with engine.pod("e1", Limits()) as pod:
        service = pod.start("app", fake_image("x"), env={"PORT": "1"})
        assert [pod.tool("ask", {}, timeout_s=1)["n"] for _ in range(3)] == [1, 2, 2]
        assert pod.tool("echo", {"x": 5}, timeout_s=1) == {"got": 5}
        assert pod.tool("talk", {}, timeout_s=1, on_event=events.append) == {"done": True}
        service.signal("SIGTERM")
        assert service.state() == State(False, 143)
        with pytest.raises(HostFault, match="tool_failed"):
            pod.tool("unknown", {}, timeout_s=1)
    assert events == [{"at": 1}]
    assert engine.calls[0] == "pod e1"
    assert engine.calls[-1] == "close e1"
    assert engine.environments == [{"PORT": "1"}]


def test_fake_engine_builds_and_heeds_cancellation(tmp_path):
    engine, lines = FakeEngine(), []
    image, log = engine.build(tmp_path, "FROM x", reference="r", labels={}, limits=Limits(), on_line=lines.append)
    assert engine.image("r") == engine.image(image.id) == image
    assert lines == log.splitlines()
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(Cancelled):
        engine.build(tmp_path, "FROM x", reference="r", labels={}, limits=Limits(), cancellation=cancellation)
    json.dumps(image.to_json())


def test_fake_service_shows_its_samples():
    engine = FakeEngine(samples=[Sample(0.0, 1, 0.1, 1)])
    with engine.pod("e1", Limits()) as pod:
        assert pod.start("app", fake_image("x")).samples() == [Sample(0.0, 1, 0.1, 1)]
