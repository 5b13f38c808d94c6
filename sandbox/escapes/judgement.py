"""Judging a run of the attempts: a line for each, and the host's own observations before what a container says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.doctor import Line, State
from sandbox.escapes.suite import DEFAULT, EXCESSES, STRICT, Observed

FIX = "Compare the engine's version and settings with docs/security.md; use another machine until this holds."
STATES: dict[str, State] = {"held": "ok", "unable": "warn", "reached": "fail", "unclear": "fail"}
WORST = ("reached", "unclear", "unable", "held")
# What the host calls the limit that it enforces itself.
WATCHED = {
    "disk": ("Fill the disk through the image's own folders", "the writable layer"),
    "log": ("Flood the log", "the log"),
}


def judge(observed: Observed) -> Iterator[Line]:
    """The lines, in the order: what the host saw, what the host stopped, what the containers tried."""
    yield _said("policy", "The live container", observed.differences, "as the policy says")
    yield _said("namespaces", "Namespaces of its own", observed.shared, "none is the host's")
    yield _host("mounts", "Folders of the host", not observed.mounts, "none", ", ".join(observed.mounts))
    yield _host("contacts", "Contacts at the host", not observed.contacts, "nobody came", _some(observed.contacts))
    yield _host("file", "The host's file", observed.file_intact, "as it was", "it was changed")
    yield from (_excess(name, observed.killed.get(name, "")) for name in EXCESSES)
    yield _memory(observed)
    yield from _attempts(observed.reports)


def _host(id: str, title: str, held: bool, well: str, badly: str) -> Line:
    return Line(f"escape_{id}", title, "ok" if held else "fail", well if held else badly, "" if held else FIX)


def _said(id: str, title: str, by_profile: dict[str, Any], well: str) -> Line:
    """Of something seen from outside for each profile: a list of what is wrong, None where it could not be seen."""
    if any(found is None for found in by_profile.values()):
        fix = "Run the worker on the engine's machine, where it sees the processes of containers."
        return Line(f"escape_{id}", title, "warn", "It cannot be seen from here.", fix)
    wrong = "; ".join(f"{profile}: {', '.join(found)}" for profile, found in by_profile.items() if found)
    return _host(id, title, not wrong, well, wrong)


def _excess(name: str, killed: str) -> Line:
    title, what = WATCHED[name]
    return _host(
        name,
        title,
        killed == name,
        f"killed at the limit of {what}",
        f"the host did not stop it ({killed or 'it ran on'})",
    )


def _memory(observed: Observed) -> Line:
    missing = [profile for profile, seen in observed.out_of_memory.items() if not seen]
    well, badly = "the engine reported the kill", f"the engine reported no kill in {', '.join(missing)}"
    return _host("memory_kill", "Memory beyond the limit", not missing, well, badly)


def _attempts(reports: dict[str, list[dict[str, Any]]]) -> Iterator[Line]:
    by_name: dict[str, dict[str, dict[str, Any]]] = {}
    for profile, lines in reports.items():
        for line in lines:
            if "attempt" in line:
                by_name.setdefault(line["attempt"], {})[profile] = line
    for name, by_profile in by_name.items():
        yield _attempt(name, by_profile)
    for profile in (DEFAULT, STRICT):
        done = [line["done"] for line in reports.get(profile, ()) if "done" in line]
        if done != [sum("attempt" in line for line in reports.get(profile, ()))] or done == [0]:
            yield Line("escape_suite", "The attempts", "fail", f"{profile}: the container ended before them.", FIX)


def _attempt(name: str, by_profile: dict[str, dict[str, Any]]) -> Line:
    verdicts = {line["verdict"] for line in by_profile.values()}
    worst = next((verdict for verdict in WORST if verdict in verdicts), "unclear")
    state = STATES[worst]
    said = {profile: line["said"] for profile, line in by_profile.items()}
    alike = len(set(said.values())) == 1
    text = next(iter(said.values())) if alike else "; ".join(f"{profile}: {words}" for profile, words in said.items())
    any_line = next(iter(by_profile.values()))
    return Line(f"escape_{name}", any_line["title"], state, text, "" if state == "ok" else any_line["fix"] or FIX)


def _some(contacts: list[str]) -> str:
    return ", ".join(dict.fromkeys(contacts))
