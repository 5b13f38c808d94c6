"""A plan from a Dockerfile that a team wrote: its start, ports and health as far as they can be read from it."""

from __future__ import annotations

import re
import shlex
from pathlib import PurePosixPath
from typing import Any

from sandbox.jobs.told import job_hint
from sandbox.launch.listening import listening, opened
from sandbox.launch.settings import demanded
from sandbox.launch.stage import Stage, last_stage
from sandbox.plan import Note, Plan
from sandbox.pysource.entrypoint import Entrypoint
from sandbox.pysource.survey import Survey
from sandbox.pysource.syntax import modules
from sandbox.sourcetext.shape import shape_notes
from sandbox.tree import Tree

_SERVERS = "uvicorn|gunicorn|hypercorn|daphne|waitress|flask|fastapi|streamlit|gradio|runserver"
_PYTHON = re.compile(rf"\b(?:{_SERVERS})\b|\.py\b")
SERVES = re.compile(rf"\b(?:{_SERVERS}|node|npm|java)\b|\b(?:app|main|server|api)\.py\b")


def plan_from(
    tree: Tree, path: str, *, context: str, text: str | None = None, buildpack: str = "dockerfile", version: int = 1
) -> Plan:
    """The plan of one Dockerfile of the tree, built in the folder `context`; `text` instead of the file's own."""
    text = tree.read(path) if text is None else text
    stage = last_stage(text)
    inside = tree.below(context)
    survey = Survey.of(inside)
    entry = _entry(survey, stage)
    served = survey.application(entry) if entry else None
    start, start_notes = _start(stage)
    values, placed = demanded(inside, stage, survey, is_python=_speaks_python(stage))
    values = {name: value for name, value in values.items() if name not in stage.env}
    why = [f"{path} is the team's own and is used as it is."]
    if entry is not None:
        why.append(f"What it seems to start: {entry.describe()}.")
    job = (
        {}
        if entry or stage.exposed
        else job_hint(inside, modules(inside), f"{stage.entrypoint.text} {stage.cmd.text}".strip())
    )
    if job:
        why.append(f"It starts {job['job']['title']}, which trains a model: it runs to its end as a job.")
    return Plan(
        buildpack=buildpack,
        version=version,
        dockerfile=text,
        context=context,
        start=start,
        env=values,
        ports=_ports(stage, entry),
        health=survey.health(served) if served else (),
        runtime=(f"Dockerfile from {stage.base}" if stage.base else "a Dockerfile that cannot be read")
        + (f", {served.framework.title}" if served else ""),
        why=tuple(why),
        repairs=(*start_notes, *(placed if values else ()), *shape_notes(inside)),
        hints=_hints(survey, entry, stage, path) | job,
    )


def context_of(tree: Tree, path: str) -> str:
    """The build context of a Dockerfile: its own folder, or the root when what it copies exists only there."""
    folder = path.rpartition("/")[0]
    stage = last_stage(tree.read(path))
    sources = [source for source in stage.copied if source not in (".", "") and not re.search(r"[*?$\[]", source)]

    def held(at: str) -> int:
        inside = tree.below(at)
        return sum(
            source.rstrip("/") in inside or any(p.startswith(source.rstrip("/") + "/") for p in inside.paths)
            for source in sources
        )

    return "" if held("") > held(folder) else folder


def _start(stage: Stage) -> tuple[tuple[str, ...], tuple[Note, ...]]:
    """An override of CMD where it cannot work as written, always with the note that says so."""
    if stage.entrypoint.argv or not stage.cmd.argv:
        return (), ()
    cmd, notes = stage.cmd, []
    text = cmd.text if cmd.shell else shlex.join(cmd.argv)
    if (
        not cmd.shell
        and any("$" in word for word in cmd.argv)
        and cmd.argv[0] not in ("sh", "bash", "/bin/sh", "/bin/bash")
    ):
        # The exec form starts no shell, so "$PORT" reaches the server as these five characters.
        text = " ".join(word if "$" in word and " " not in word else shlex.quote(word) for word in cmd.argv)
        notes.append(
            Note(
                "start_expanded",
                f"CMD in line {cmd.line} is a JSON list, in which $PORT is not replaced; a shell started it. "
                'Write CMD ["sh", "-c", "exec …"] or CMD without brackets.',
            )
        )
    found = listening(text, stage.env)
    bound = opened(text, found) if found else None
    if found and bound:
        text = bound
        notes.append(
            Note(
                "start_opened",
                f"CMD in line {cmd.line} listens on loopback only ({found.loopback}), out of reach from outside "
                f"the container; it was started on 0.0.0.0. Give {found.server.name} the address 0.0.0.0.",
            )
        )
    if not notes:
        return (), ()
    simple = not re.search(r"[;&|]", text) and not text.startswith("exec ")
    return ("sh", "-c", f"exec {text}" if simple else text), tuple(notes)


def _ports(stage: Stage, entry: Entrypoint | None) -> tuple[int, ...]:
    found = listening(stage.entrypoint.text, stage.env) or listening(stage.cmd.text, stage.env)
    own = entry.launch.port.literal if entry and entry.launch else None
    candidates = [found.port if found else None, *stage.exposed, own, _number(stage.env.get("PORT", "")), 8000]
    candidates += [entry.framework.port] if entry else []
    return tuple(dict.fromkeys(port for port in candidates if isinstance(port, int) and 0 < port < 65536))


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else None


def _entry(survey: Survey, stage: Stage) -> Entrypoint | None:
    """The Python entry point that the command names, else the likeliest one; None in an image of another language."""
    text = f"{stage.entrypoint.text} {stage.cmd.text}"
    words = {word.partition(":")[0].replace(".", "/") for word in re.findall(r"[\w./]+:\w+", text)}
    words |= {PurePosixPath(word).as_posix().removesuffix(".py") for word in re.findall(r"[\w./-]+\.py\b", text)}
    for entry in survey.entries:
        stem = entry.path.removesuffix(".py").removesuffix("/__init__")
        if any(stem == word or stem.endswith("/" + word) or word.endswith("/" + stem) for word in words if word):
            return entry
    return survey.entries[0] if survey.entries and _speaks_python(stage) else None


def _speaks_python(stage: Stage) -> bool:
    text = f"{stage.entrypoint.text} {stage.cmd.text}"
    return "python" in text + stage.base or _PYTHON.search(text) is not None


def _hints(survey: Survey, entry: Entrypoint | None, stage: Stage, path: str) -> dict[str, Any]:
    hints: dict[str, Any] = survey.hints(survey.application(entry)) if entry else {}
    hints["dockerfile"] = path
    found = listening(stage.entrypoint.text, stage.env) or listening(stage.cmd.text, stage.env)
    if found and found.loopback:
        hints["loopback"] = f"{path}:{stage.cmd.line or stage.entrypoint.line}"
    elif found is None and entry and entry.launch and entry.launch.loopback:
        hints["loopback"] = f"{entry.path}:{entry.launch.line}"
    return hints
