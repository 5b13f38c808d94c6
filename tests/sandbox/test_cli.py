"""The command line as scripts rely on it: exit statuses, one JSON document on standard output, and a clean end."""

import gc
import io
import json
import os
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path
from types import SimpleNamespace

import pytest
from jsonschema import Draft202012Validator
from rich.console import Console

from sandbox import doctor
from sandbox.__main__ import main
from sandbox.commands import all_commands
from sandbox.engine.owner import EVALUATION, OWNER
from sandbox.events import Event
from sandbox.evidence import Evidence
from sandbox.interruption import interruption
from sandbox.report import report
from sandbox.terminal.progress import Board, Lines
from tests.sandbox.sample_repositories import checkout
from tests.sandbox.sources import make_repository

ROOT = Path(__file__).parents[2]
SCHEMA = Draft202012Validator(json.loads((ROOT / "docs" / "schemas" / "report-v1.json").read_text()))
STORED = Path(__file__).parent / "evidence" / "fastapi-docker.json"


@pytest.fixture
def no_engine(monkeypatch, tmp_path):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    yield
    # The Docker SDK leaves the socket of a failed connection to the garbage collector.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def only_json(capsys):
    """Standard output, which is one JSON document."""
    return json.loads(capsys.readouterr().out)


def test_every_subcommand_has_help_arguments_and_work():
    assert {"run", "gather", "judge", "doctor", "images"} <= set(all_commands())
    for module in all_commands().values():
        assert module.__doc__.partition("\n")[0].endswith(".")
        assert callable(module.add_arguments)
        assert callable(module.main)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["run"],
        ["fly"],
        ["run", "x", "--track", "chess"],
        ["run", "x", "--skip", "everything"],
        ["run", "x", "--fail-under", "much"],
        ["gather", "x"],
    ],
)
def test_bad_usage_ends_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: assay" in capsys.readouterr().err


def test_judge_prints_the_report_of_the_evidence(capsys):
    assert main(["judge", str(STORED), "--json"]) == 0
    assert only_json(capsys) == report(Evidence.from_json(json.loads(STORED.read_text())))
    assert main(["judge", str(STORED), "--track", "ml", "--json"]) == 0
    assert only_json(capsys)["scorecard"]["rubric"].startswith("ml@")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"schema": "assay/evidence/v2"}',
        b'{"schema": "assay/evidence/v1", "track": "general", "services": [{}]}',
        b'{"schema": "assay/evidence/v1", "track": "chess"}',
        b'{"schema": "assay/evidence/v1", "track": "general", "extra": 1}',
        b'{"schema": "assay/evidence/v1", "track": "general", "probes": []}',
        b"\xff\xfe",
        b"[" * 200_000,
        None,
    ],
)
def test_judge_of_what_is_no_evidence_ends_with_2(tmp_path, capsys, content):
    path = tmp_path / "evidence.json"
    if content is not None:
        path.write_bytes(content)
    assert main(["judge", str(path), "--json"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "The evidence cannot be read. Give a file that assay gather" in said.err


def test_judge_never_scores_our_own_fault(tmp_path, capsys):
    document = json.loads(STORED.read_text())
    document["fault"] = {"owner": "host", "id": "disk_full", "stage": "building", "title": "Our disk is full"}
    document["fault"] |= {"detail": "", "fix": "", "where": None}
    path = tmp_path / "evidence.json"
    path.write_text(json.dumps(document))
    assert main(["judge", str(path), "--json"]) == 0
    judged = only_json(capsys)
    assert (judged["outcome"], judged["scorecard"]["total"]) == ("aborted", None)


def test_judge_needs_no_engine(no_engine, capsys):
    assert main(["judge", str(STORED)]) == 0
    assert "What would gain most" in capsys.readouterr().out


def test_engine_that_is_gone_ends_with_3_and_a_report(no_engine, tmp_path, capsys):
    repository = make_repository(tmp_path / "repository")
    assert main(["run", str(repository), "--json", "--out", str(tmp_path / "out")]) == 3
    document = only_json(capsys)
    assert (document["outcome"], document["fault"]["owner"], document["fault"]["id"]) == (
        "aborted",
        "host",
        "engine_unreachable",
    )
    assert list(SCHEMA.iter_errors(document)) == []
    assert json.loads((tmp_path / "out" / "report.json").read_text()) == document
    assert main(["gather", str(repository), "--out", str(tmp_path / "evidence.json")]) == 3
    assert not (tmp_path / "evidence.json").exists()


def test_folder_that_takes_no_results_is_said_before_the_work(no_engine, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["run", "anything", "--out", str(tmp_path / "file")]) == 2
    assert "cannot be written to" in capsys.readouterr().err


def test_limit_that_is_no_number_is_said(no_engine, monkeypatch, capsys):
    monkeypatch.setenv("ASSAY_LIMIT_BOOT_S", "long")
    assert main(["run", "anything"]) == 2
    assert "ASSAY_LIMIT_BOOT_S must be a number" in capsys.readouterr().err


@pytest.mark.parametrize("option", [["--json"], []])
def test_reader_that_has_gone_gets_no_traceback(option):
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "sandbox", "judge", str(STORED), *option]
    done = subprocess.run(command, cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def test_doctor_without_an_engine_ends_with_3(no_engine, capsys):
    assert main(["doctor", "--json"]) == 3
    found = only_json(capsys)
    assert found["ready"] is False
    assert {line["id"]: line["state"] for line in found["lines"]}["engine"] == "fail"


def described(**info):
    return SimpleNamespace(info=info, runtime="runc", api=SimpleNamespace(local=False))


BOUNDED = {"MemoryLimit": True, "PidsLimit": True, "CpuCfsQuota": True, "SwapLimit": True, "CPUSet": True}


@pytest.mark.parametrize(
    ("look", "info", "state"),
    [
        (doctor.engine_version, {"ServerVersion": "20.10.24+dfsg1"}, "ok"),
        (doctor.engine_version, {"ServerVersion": "19.03.1"}, "fail"),
        (doctor.limits, BOUNDED, "ok"),
        (doctor.limits, BOUNDED | {"SwapLimit": False}, "warn"),
        (doctor.limits, BOUNDED | {"PidsLimit": False}, "fail"),
        (doctor.seccomp, {"SecurityOptions": ["name=seccomp,profile=default"]}, "ok"),
        (doctor.seccomp, {"SecurityOptions": None}, "fail"),
        (doctor.user_namespaces, {"SecurityOptions": ["name=userns"]}, "ok"),
        (doctor.user_namespaces, {}, "warn"),
        (doctor.access_control, {"SecurityOptions": ["name=apparmor"]}, "ok"),
        (doctor.access_control, {"SecurityOptions": ["name=seccomp,profile=default"]}, "warn"),
        (doctor.kernel, {}, "warn"),
        (doctor.disk_quota, {}, "warn"),
        (doctor.disk_rate, {}, "warn"),
        (doctor.runtime, {"Runtimes": {"runc": {}}}, "ok"),
        (doctor.runtime, {"Runtimes": {"crun": {}}}, "fail"),
    ],
)
def test_doctor_reads_the_engine_s_description(look, info, state):
    line = look(described(**info))
    assert (line.state, bool(line.fix)) == (state, state != "ok")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interruption_is_a_wish_first_and_a_break_after_patience(number, capsys):
    before = signal.getsignal(number)
    with interruption(patience_s=0.2) as wish:
        os.kill(os.getpid(), number)
        os.kill(os.getpid(), number)
        assert (wish.requested, wish.reason) == (True, signal.Signals(number).name)
        with pytest.raises(KeyboardInterrupt):
            time.sleep(5)
    assert signal.getsignal(number) is before
    assert capsys.readouterr().err.count("Stopping") == 1


def test_interruption_leaves_no_alarm_behind():
    with interruption(patience_s=0.1):
        os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.2)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_plain_progress_says_each_piece_of_news_once(capsys):
    lines = Lines()
    for event in (
        Event("observing", "stage", "started"),
        *(Event("observing", "progress", f"booting, {second} s", 0.1) for second in range(5)),
        Event("observing", "log", "a line of the team"),
        Event("observing", "note", "a note with \x1b[2Jan escape"),
    ):
        lines(event)
    assert capsys.readouterr().err.splitlines() == [
        " observing  started",
        " observing  booting, 0 s",
        " observing  a note with an escape",
    ]


def test_board_shows_stages_progress_and_the_newest_line():
    out = io.StringIO()
    board = Board(Console(file=out, width=60))
    for event in (
        Event("fetching", "stage", "started"),
        Event("fetching", "stage", "done"),
        Event("building", "stage", "started"),
        Event("building", "progress", "step 3 of 4", 0.6),
        Event("building", "log", "Collecting \x1b[31mflask\x1b[0m " + "x" * 100, source="build"),
    ):
        board(event)
    board.console.print(board)
    shown = out.getvalue()
    assert "✓ fetching" in shown
    assert "step 3 of 4" in shown
    assert "26%" in shown  # 0.6 of the building's share, which goes from 5 to 40 %
    assert "Collecting flask x" in shown
    assert max(map(len, shown.splitlines())) <= 60
    board.finish()
    board.console.print(board)
    assert "building  " in out.getvalue()[len(shown) :]
    assert "Collecting" not in out.getvalue()[len(shown) :]


@pytest.mark.docker
def test_doctor_finds_this_machine_ready(capsys):
    assert main(["doctor", "--json"]) == 0
    lines = {line["id"]: line for line in only_json(capsys)["lines"]}
    assert {"git", "workspace_disk", "engine", "engine_disk", "limits", "seccomp", "tools_image"} <= set(lines)
    assert lines["engine"]["state"] == "ok"


@pytest.mark.docker
def test_source_that_cannot_be_read_ends_with_2_and_a_report(tmp_path, capsys):
    assert main(["run", str(tmp_path / "nothing"), "--json"]) == 2
    document = only_json(capsys)
    assert (document["fault"]["owner"], document["fault"]["id"]) == ("team", "repository_not_found")
    assert list(SCHEMA.iter_errors(document)) == []
    assert main(["gather", str(tmp_path / "nothing"), "--out", str(tmp_path / "evidence.json")]) == 2
    capsys.readouterr()
    assert main(["judge", str(tmp_path / "evidence.json"), "--json"]) == 0
    assert only_json(capsys)["fault"] == document["fault"]


@pytest.mark.docker
def test_repository_that_crashes_is_scored_and_falls_below(tmp_path, capsys):
    repository = checkout("crashes-at-start", tmp_path)
    assert main(["run", str(repository), "--json", "--out", str(tmp_path / "out"), "--fail-under", "90"]) == 1
    document = only_json(capsys)
    assert (document["outcome"], document["fault"]["owner"], document["deployed"]) == ("scored", "team", False)
    assert list(SCHEMA.iter_errors(document)) == []
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"report.json", "evidence.json", "build.log"}
    assert main(["judge", str(tmp_path / "out" / "evidence.json"), "--json"]) == 0
    assert only_json(capsys) == document


@pytest.mark.docker
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_run_leaves_nothing(tmp_path, engine, number):
    repository = checkout("fastapi-docker", tmp_path)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "run", str(repository), "--json"],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        for line in process.stderr:
            if "observing  booting" in line:
                break
        mine = containers_of(engine, process.pid)
        process.send_signal(number)
        out, _ = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert json.loads(out)["outcome"] == "cancelled"
    assert mine
    assert containers_of(engine, process.pid) == set()
    assert not any(engine.image(f"assay/evaluation:{key}") for key in mine)
    assert list(temporary.iterdir()) == []


def containers_of(engine, pid):
    """Keys of the evaluations of one process that have a container."""
    labels = [summary["Labels"] for summary in engine.api.containers({"label": [EVALUATION]})]
    return {found[EVALUATION] for found in labels if f"-{pid}-" in found.get(OWNER, "")}
