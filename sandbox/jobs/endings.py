"""Why a job failed: the general diagnosis of a process that ended, where a job needs another word or advice."""

from __future__ import annotations

import re

from sandbox.diagnosis import diagnose_run
from sandbox.engine import State
from sandbox.faults import TeamFault
from sandbox.plan import Plan
from sandbox.tree import Tree

_ARGUMENTS = re.compile(r"error: the following arguments are required: (?P<names>[^\n]{1,120})")
_INPUT = re.compile(r"EOFError: EOF when reading a line|StdinNotImplementedError")
_FOLDER = re.compile(
    r"OSError: Cannot save file into a non-existent directory: '(?P<a>[^'\n]{1,160})'"
    r"|RuntimeError: Parent directory (?P<b>[^\n]{1,160}) does not exist"
)
_ABSENT = re.compile(r"^FileNotFoundError: (?P<file>[^\n\[]{1,160}?) (?:not found|does not exist)", re.MULTILINE)
_ABSENCES = ("missing_file", "model_missing")
_WRITES = re.compile(
    r"dump\(|\.save|savefig|to_csv|to_pickle|to_json|to_parquet|open\([^)\n]*['\"][wax]b?\+?['\"]|write_text"
)
_FRAME_CODE = re.compile(r'File "(?!/usr/)[^"\n]{1,300}", line \d{1,7}[^\n]{0,200}\n[ \t]+(?P<code>[^\n]{1,300})')


def ending(log: str, state: State, plan: Plan, tree: Tree | None = None) -> TeamFault:
    """The fault of a job that ended with an error. `tree` lets it name the team's own files."""
    fault: TeamFault = diagnose_run(log, state.exit_code, state.oom_killed, state.killed, plan, tree_hint=tree)
    if state.oom_killed or state.killed:
        return fault
    return _of_log(fault, log) or _of_fault(fault) or fault


def _of_log(fault: TeamFault, log: str) -> TeamFault | None:
    """What only jobs do wrong, by what they print."""
    if match := _ARGUMENTS.search(log):
        return _renamed(
            fault,
            "job_needs_arguments",
            f"The job wants arguments that nothing in the repository gives: {match['names']}",
            "Give each argument a default that works with the sample data in the repository, or write the whole "
            "command into the README.",
        )
    if _INPUT.search(log):
        return _renamed(
            fault,
            "job_asks_a_person",
            "The job waits for somebody to type",
            "Take such values from arguments with defaults instead of input(): a pipeline runs alone.",
        )
    if match := _FOLDER.search(log):
        return _no_folder(fault, match["a"] or match["b"])
    if fault.id in _ABSENCES and (file := _written(log)):
        return _no_folder(fault, file.rpartition("/")[0])
    if fault.id == "exited" and (match := _ABSENT.search(log)):
        return _no_file(fault, match["file"])
    return None


def _of_fault(fault: TeamFault) -> TeamFault | None:
    """What services do wrong too, and what a job does instead."""
    if fault.id == "missing_file" and (file := fault.facts.get("file", "")) and "start command" not in fault.title:
        return _no_file(fault, file)
    if fault.id == "network_needed":
        return _renamed(
            fault,
            fault.id,
            "The job downloads something while it runs, and a run has no network",
            "Commit a small sample of the data (some hundred rows) and read it by default; or bring data and models "
            "into the image in a Dockerfile of your own.",
        )
    if fault.facts.get("package", "").startswith("google.colab"):
        return _renamed(
            fault,
            "colab_only",
            "The notebook runs only on Google Colab",
            "Commit a sample of the data, read it by a path relative to the notebook, and leave out the cells that "
            "mount Google Drive.",
        )
    return None


def endless(seconds: float, plan: Plan, log: str) -> TeamFault:
    """The fault of a job that was stopped."""
    fault = diagnose_run(log, None, False, "", plan)
    return TeamFault(
        "job_endless",
        f"The job did not end within {seconds:.0f} s",
        detail=fault.detail,
        fix="Give it a small default (few epochs, a sample of the data) and a flag for the full training.",
    )


def _renamed(fault: TeamFault, id: str, title: str, fix: str) -> TeamFault:
    told = TeamFault(id, title, detail=fault.detail, fix=fix, where=fault.where)
    told.facts = {}
    return told


def _no_file(fault: TeamFault, file: str) -> TeamFault:
    return _renamed(
        fault,
        "missing_file",
        f"The job reads {file}, which is not in the repository",
        f"Commit {file}, or a sample of some hundred rows when it is too large for git (check .gitignore), and open it "
        "by a path relative to the source file.",
    )


def _no_folder(fault: TeamFault, folder: str) -> TeamFault:
    return _renamed(
        fault,
        "output_folder_missing",
        f"The folder {folder} that the job writes to is not there in a fresh clone",
        f'Make it before writing: os.makedirs("{folder}", exist_ok=True). Git does not keep empty folders.',
    )


def _written(log: str) -> str:
    """The file that was to be written when it was not found, "" when it was to be read."""
    found = re.findall(r"FileNotFoundError: \[Errno 2\] No such file or directory: '([^'\n]{1,160})'", log)
    frames = _FRAME_CODE.findall(log)
    return found[-1] if found and "/" in found[-1] and frames and _WRITES.search(frames[-1]) else ""
