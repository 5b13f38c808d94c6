"""Running a training command in a container of its own beside the app, and reading what it has left there."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from typing import Any

from sandbox.deployment import app_environment
from sandbox.engine import Service
from sandbox.faults import HostFault, TeamFault, clean
from sandbox.jobs.artefacts import table
from sandbox.jobs.metrics import MOST, READ_BYTES, in_log, metrics_of
from sandbox.probes import Target

LOG_BYTES = 256 * 1024
LOOK_S = 0.5
SHOWN_LINES = 12
READ_FILES = 10


def command_of(train: Any, folder: str = "", *, ours: bool, before: str = "") -> tuple[str, ...]:
    """The argument list of a training in the image's own folder, else in that of the repository that it is told for.

    `train` is one shell text or an argument list; `ours` says that /app is the repository; `before` is run first.
    """
    text = train if isinstance(train, str) else shlex.join(train)
    place = shlex.quote(folder or ".")
    go = f"cd /app && cd {place}" if ours else f"if [ -d {place} ]; then cd {place}; fi"
    paths = 'export PYTHONPATH="$PWD:${PYTHONPATH:-}"'
    return ("sh", "-c", " && ".join(part for part in (paths, go, before, f"{{ {text}\n}}") if part))


def run(target: Target, name: str, command: Sequence[str], limit_s: float) -> tuple[Service, dict[str, Any]]:
    """The ended container, and {state: done|failed|endless, exit_code, seconds, tail}.

    The command is run instead of the image's own start, an ENTRYPOINT included.
    """
    since = time.monotonic()
    try:
        service = target.pod.start(name, target.image, entrypoint=command, env=app_environment(target.plan))
    except TeamFault as fault:  # the app itself was started from this image
        raise HostFault("task_not_started", f"A task of the app's image could not be started: {fault.title}") from fault
    while (passed := time.monotonic() - since) < limit_s:
        if not service.wait(min(LOOK_S, limit_s - passed)).running:
            break
        target.cancellation.check()
    state = service.state()
    if state.running:
        service.signal("SIGKILL")
        service.wait(10.0)
    log = clean(service.logs(LOG_BYTES))
    return service, {
        "state": "endless"
        if state.running
        else "failed"
        if state.exit_code or state.oom_killed or state.killed
        else "done",
        "exit_code": state.exit_code,
        "out_of_memory": state.oom_killed,
        "seconds": round(passed, 2),
        "tail": [line for line in log.split("\n") if line.strip()][-SHOWN_LINES:],
    }


def root_of(target: Target, *, ours: bool) -> str:
    """The folder in which the repository lies in the image, as the table of a job's artefacts has it."""
    root = str(target.image.config.get("working_dir") or "/app").rstrip("/")
    return "/app" if ours or f"{root}/".startswith("/app/") else root


def left(service: Service, root: str, named: Sequence[str] = ()) -> dict[str, Any]:
    """{artefacts, metrics} of an ended container; `named` are files that are known to hold metrics."""
    files = table(service.changes().paths, service.size_of, root)["files"]
    told = [row["path"] for row in files if any(row["path"].endswith(name) for name in named)]
    told += [row["path"] for row in files if row["kind"] == "metrics"]
    found: list[dict[str, Any]] = []
    for path in list(dict.fromkeys(told))[:READ_FILES]:
        found += metrics_of(path, service.read(at(root, path), READ_BYTES).decode("utf-8", "replace"))
    log = clean(service.logs(LOG_BYTES))
    return {"artefacts": files, "metrics": (found + in_log(log))[:MOST]}


def at(root: str, path: str) -> str:
    """Where a path of the table of artefacts is in the container."""
    return path if path.startswith("/") else f"{root}/{path}"
