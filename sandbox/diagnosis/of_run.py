"""A process that ended, explained: what its last lines say, else how it ended."""

from __future__ import annotations

import re

from sandbox.diagnosis.rules import first_match, readable, useful_lines
from sandbox.diagnosis.run_rules import RUN_RULES
from sandbox.diagnosis.tracebacks import traceback_place
from sandbox.faults import TeamFault
from sandbox.plan import Plan
from sandbox.pysource.distributions import distribution_of, is_shared, normalise
from sandbox.pysource.requirements import decode
from sandbox.pysource.standard import gone_facts
from sandbox.sourcetext.shape import LFS_POINTER
from sandbox.tree import Tree

# Why the sandbox ended the process -> title, fix.
_KILLED = {
    "disk": (
        "killed_for_disk",
        "The process was stopped because it wrote more to disk than it may",
        "Write less beside the code: caches and uploads need a bound.",
    ),
    "log": (
        "killed_for_log",
        "The process was stopped because it logged without end",
        "Log one line a request, and nothing in a loop that does not wait.",
    ),
}
# Rules about a module that is not found.
_ABSENT_MODULE = ("requirements_missing_package", "standard_module_gone")
# Exit codes that say something by themselves -> what and what to do.
_EXITS = {
    0: (
        "ended by itself without an error",
        "Start a server that keeps running; a script that prints and ends serves nobody.",
    ),
    126: (
        "could not be executed (exit code 126)",
        "Make the start script executable: git update-index --chmod=+x FILE.",
    ),
    127: ("was not found (exit code 127)", "Install the program that the start command names, or correct the command."),
    132: (
        "used an instruction that this processor lacks (exit code 132)",
        "Use a build of the package for any x86-64.",
    ),
    137: ("was killed (exit code 137)", "Use less memory when starting: load smaller models, and load them once."),
    139: (
        "crashed in native code (exit code 139)",
        "Pin the native packages (NumPy, torch) to versions that fit together.",
    ),
}


# Lines of a log that say what is wrong, rather than who asked for what.
_TROUBLE = re.compile(r"error|exception|denied|read-only|cannot|unable to|failed", re.IGNORECASE)


def telling_line(log: str) -> str:
    """The one line of a log that says best what went wrong: a known error's, else the last about trouble, else ""."""
    text = readable(log)
    if found := first_match(RUN_RULES, text):
        return text[text.rfind("\n", 0, found.at) + 1 :].partition("\n")[0].strip()
    return next((line.strip() for line in reversed(text.splitlines()) if _TROUBLE.search(line)), "")


def diagnose_run(
    log: str, exit_code: int | None, oom: bool, killed: str, plan: Plan, *, tree_hint: Tree | None = None
) -> TeamFault:
    """Why a started process is gone. `killed` is "disk", "log" or "". `tree_hint` lets `where` name the team's file."""
    text = readable(log)
    where = traceback_place(text, plan, tree_hint)
    if oom:
        return TeamFault(
            "out_of_memory",
            "The process used more memory than it may and was killed",
            detail=useful_lines(text),
            fix="Use less memory: load smaller models, load them once, and run one worker.",
            where=where,
        )
    if killed:
        fault, title, fix = _KILLED[killed]
        return TeamFault(fault, title, detail=useful_lines(text), fix=fix, where=where)
    found = first_match(RUN_RULES, text)
    if found is not None and found.rule.id == "package_incompatible" and _is_own_class(found.groups, tree_hint):
        found = None  # what has changed is the team's own
    if (found is None or found.rule.id == "model_unreadable") and (pointer := _opened_pointer(plan, text)):
        return TeamFault(
            LFS_POINTER,
            f"{pointer} is a Git LFS pointer, not the file itself",
            detail=useful_lines(text, found.at if found else None),
            fix=f"Commit {pointer} without LFS (git lfs untrack, then add it again), or fetch it in the Dockerfile.",
            where=where,
        )
    if found is None:
        how, fix = _EXITS.get(
            exit_code if exit_code is not None else -1,
            (
                f"stopped with exit code {exit_code}",
                "Start it in a fresh clone and correct the error in its last lines.",
            ),
        )
        return TeamFault("exited", f"The process {how}", detail=useful_lines(text), fix=fix, where=where)
    package = found.groups.get("package", "") or found.groups.get("module", "")
    if found.rule.id in _ABSENT_MODULE and (absent := _absent(package, tree_hint)):
        fault, title, fix = absent
        missed = TeamFault(fault, title, detail=useful_lines(text, found.at), fix=fix, where=where)
        missed.facts = {"module": package} | ({"own": "yes"} if fault != "package_incompatible" else {})
        return missed
    found.groups["distribution"] = distribution_of(package) if package else ""
    if found.rule.id == "standard_module_gone":
        found.groups.update(gone_facts(package, found.groups.get("name", "")))
    told = TeamFault(found.rule.id, found.title, detail=useful_lines(text, found.at), fix=found.fix, where=where)
    told.facts = found.groups
    return told


def _opened_pointer(plan: Plan, log: str) -> str:
    """A Git LFS pointer of the repository whose name is in the log, "" when there is none."""
    told = next((note.why for note in plan.repairs if note.id == LFS_POINTER), "")
    paths = told.partition(" is a Git LFS pointer")[0].split(", ") if told else []
    return next((path for path in paths if path.rpartition("/")[2] in log), "")


def _absent(package: str, tree: Tree | None) -> tuple[str, str, str] | None:
    """(id, title, fix) of a module that cannot be imported although something of its first name can; None otherwise."""
    head, _, rest = package.partition(".")
    if tree is None:
        return None
    if _is_own(head, tree) and not _is_listed(head, tree):
        if not rest or _is_own(package, tree):
            return (
                "import_error",
                f"The module {package} is in the repository but cannot be imported from where the process starts",
                "Set WORKDIR, or the module in the start command, to the folder from which the import works for you.",
            )
        path = package.replace(".", "/")
        return (
            "module_not_committed",
            f"The code imports {package}, and the repository has no such file",
            f"Commit {path}.py (git check-ignore -v {path}.py tells what keeps it out), or correct the import.",
        )
    # Python names the first part that is missing: its parent was found.
    if rest and not is_shared(package) and not gone_facts(package):
        return (
            "package_incompatible",
            f"{head} has no module {rest}: its version is not the one that the code was written for",
            f"Pin {distribution_of(package)} to the version that you developed with; pip freeze shows it.",
        )
    return None


def _is_listed(head: str, tree: Tree) -> bool:
    """Whether a requirements file names what brings it: a folder of the same name is another thing then."""
    wanted = normalise(distribution_of(head))
    texts = [decode(tree.read(path)) for path in tree.paths if re.search(r"(?:^|/)requirements[^/]*\.txt$", path)][:8]
    names = [re.match(r"[A-Za-z0-9][\w.-]*", line.strip()) for text in texts for line in text.splitlines()[:400]]
    return any(name is not None and normalise(name[0]) == wanted for name in names)


def _is_own(package: str, tree: Tree | None) -> bool:
    inner = package.replace(".", "/")
    return tree is not None and any(
        path == f"{inner}.py" or path.endswith(f"/{inner}.py") or f"/{inner}/" in f"/{path}"
        for path in tree.paths
        if path.endswith(".py")
    )


def _is_own_class(groups: dict[str, str], tree: Tree | None) -> bool:
    name = groups.get("module", "").rpartition(".")[2]
    made = re.compile(rf"^class {re.escape(name)}\b", re.MULTILINE)
    return tree is not None and any(made.search(tree.read(path)) for path in tree.paths if path.endswith(".py"))
