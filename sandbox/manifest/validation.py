"""What is wrong with a manifest: each problem with its line, what is allowed, and what to write instead."""

from __future__ import annotations

import difflib
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.dataservices import all_data_services, kind_of
from sandbox.faults import one_line
from sandbox.manifest import reading

SCHEMA = Path(__file__).with_name("schema.json")
# Written as they are: 3.10 is a version, and an environment holds texts.
TEXTS = frozenset({"env", "python", "node"})
MOST_PROBLEMS = 10
# What the same thing is called on other platforms.
_ELSEWHERE = {
    "command": "start",
    "cmd": "start",
    "startcommand": "start",
    "run": "start",
    "environment": "env",
    "envvars": "env",
    "variables": "env",
    "healthcheck": "health",
    "healthcheckpath": "health",
    "rootdir": "root",
    "directory": "root",
    "folder": "root",
    "databases": "services",
    "python_version": "python",
    "node_version": "node",
}


@dataclass(frozen=True)
class Problem:
    """`line` is 1-based; `text` says what is wrong and what is allowed, `fix` is one sentence."""

    line: int
    text: str
    fix: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of the manifest."""
    document: dict[str, Any] = json.loads(SCHEMA.read_text())
    return document


def examine(text: str) -> tuple[reading.Read, tuple[Problem, ...]]:
    """The document and its problems by line, at most 10; a document with problems is not to be used."""
    try:
        read = reading.read(text, texts=TEXTS)
    except reading.Unreadable as error:
        return reading.Read({}), (Problem(error.line, one_line(str(error)), error.fix),)
    if not isinstance(read.value, dict):
        what = "the file is empty" if read.value is None else "the file holds no members"
        return read, (Problem(1, what, "Start with version: 1, and write each setting as a member below it."),)
    from jsonschema import Draft202012Validator  # not needed by the many repositories without a manifest

    found = _unknown(read)
    known = {name: value for name, value in read.value.items() if name in schema()["properties"]}
    found += [_problem(error, read) for error in Draft202012Validator(schema()).iter_errors(known)]
    if not found:
        found = _meaning(read)
    return read, tuple(sorted(dict.fromkeys(found), key=lambda problem: problem.line)[:MOST_PROBLEMS])


def _unknown(read: reading.Read) -> list[Problem]:
    known = schema()["properties"]
    found = []
    for name in read.value:
        if name not in known:
            near = difflib.get_close_matches(name.lower(), [*known, *_ELSEWHERE], 1, 0.7)
            text = f"`{one_line(name)[:60]}` is not a member; allowed are {', '.join(known)}"
            meant = _ELSEWHERE.get(near[0], near[0]) if near else ""
            found.append(Problem(read.line((name,)), text, f"Did you mean {meant}?" if meant else "Remove it."))
    return found


def _problem(error: Any, read: reading.Read) -> Problem:
    path = tuple(error.absolute_path)
    if error.validator == "required" and not path:
        return Problem(1, "`version` is missing", "Write version: 1 in the first line.")
    member = schema()["properties"][path[0]]
    value = read.value[path[0]]
    if len(path) > 1 and isinstance(value, dict | list):
        value = error.instance
    where = ".".join(str(part) for part in path)
    shown = json.dumps(value, ensure_ascii=False, default=str)
    shown = f" {one_line(shown)[:60]}" if len(shown) < 200 else ""
    return Problem(
        read.line(path),
        f"`{one_line(where)[:80]}` cannot be{shown}; allowed: {member['x-allowed']}",
        f"Write it like this: {member['x-example']}",
    )


def _meaning(read: reading.Read) -> list[Problem]:
    """What the schema cannot say, as far as no repository is needed for it."""
    from sandbox.buildpacks import all_buildpacks  # which reads manifests itself

    found = []
    packs = [pack.id for pack in all_buildpacks()]
    wanted = read.value.get("buildpack", packs[0])
    if wanted not in packs:
        found.append(
            Problem(read.line(("buildpack",)), f"`buildpack` cannot be {wanted}", f"Allowed are {', '.join(packs)}.")
        )
    start = read.value.get("start")
    if isinstance(start, list) and (word := next((word for word in start if "$" in word), "")):
        found.append(
            Problem(
                read.line(("start",)),
                f"`start` is a list, which runs without a shell, so {one_line(word)[:40]} stays as it is",
                "Write start as one text.",
            )
        )
    services = read.value.get("services") or {}
    listed = services.items() if isinstance(services, dict) else enumerate(services)
    for key, image in listed:
        if kind_of(image) is None:
            kinds = ", ".join(kind.images[0] for kind in all_data_services())
            text = f"`services` has {one_line(image)[:60]}, which is no data service that is known here"
            found.append(Problem(read.line(("services", key)), text, f"Allowed are {kinds}, each with a tag."))
    return found
