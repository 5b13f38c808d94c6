"""Training again on other data: what a copy of the service serves that was started where the training has just run."""

from __future__ import annotations

import secrets
import shlex
from typing import Any

from sandbox.probes import Target
from sandbox.resilience.beside import copied
from sandbox.training import shuffling
from sandbox.training.observed import REPEATED_S, Training
from sandbox.training.running import at, command_of, root_of
from sandbox.training.serving import Said, said, start_of

# Run by the image's own Python: the container's copy of the sample data loses every fifth row.
_SCRIPT = """
import os, sys
path = sys.argv[1]
with open(path, encoding="utf-8-sig", newline="") as file:
    lines = file.read().splitlines(keepends=True)
kept = [line for number, line in enumerate(lines) if number == 0 or number % 5]
with open(path + ".less", "w", encoding="utf-8", newline="") as file:
    file.writelines(kept)
os.replace(path + ".less", path)
"""
SLACK_S = 20.0
LOG_BYTES = 64 * 1024


def less(path: str) -> str:
    """The shell text that takes rows away, to be run before the training."""
    return f'"$(command -v python3 || command -v python)" {shlex.join(["-c", _SCRIPT, path])}'


def why_not(target: Target, training: Training) -> str:
    """Why it cannot be tried, "" where it can."""
    done = target.seen.get("training") or {}
    if done.get("state") != "done" or not done.get("models"):
        return "No training of it that makes a model ran to its end."
    if done["seconds"] > REPEATED_S:
        return f"It took more than {REPEATED_S:.0f} s."
    path, _ = data_of(training)
    if not path.lower().endswith((".csv", ".tsv")):
        return "Its sample data is not known."
    return "" if start_of(target) else "What starts the service is not known."


def data_of(training: Training) -> tuple[str, str]:
    """(path of its sample data in the repository, its target), "" for what is not known."""
    data = training.source.get("data") or {}
    return (
        str(training.told.get("data") or data.get("path") or ""),
        str(training.told.get("target") or data.get("target") or ""),
    )


def served_after(
    target: Target, training: Training, requests: list[dict[str, Any]], now: Said, *, shuffled: bool
) -> dict[str, Any]:
    """{ran, why, same_data, name, answered, differing}: of the copy after a training on fewer rows or shuffled labels.

    `same_data`: the image's user could not change the data. A training that refuses such data may fail: the copy is
    started all the same.
    """
    root = root_of(target, ours=training.ours)
    path, column = data_of(training)
    place = at(root, path)
    change = shuffling.before(place, column) if shuffled else less(place)
    train = command_of(training.command, training.folder, ours=training.ours)
    # Drawn anew, so that nothing else prints it.
    mark = secrets.token_hex(8)
    command = ("sh", "-c", f"{{ {change}\n}} || echo {mark}; {shlex.join(train)}; exec {start_of(target)}")
    longer_s = 3 * float(target.seen["training"]["seconds"]) + SLACK_S
    with copied(target, "retrained", instead=command, longer_s=longer_s) as copy:
        if mark.encode() in copy.service.logs(LOG_BYTES):
            return {"ran": False, "same_data": True, "why": f"The image's user could not change {path}."}
        if copy.target is None:
            return {"ran": False, "same_data": False, "why": copy.why}
        after = said(copy.target, requests)
    return {
        "ran": True,
        "same_data": False,
        "why": "",
        "name": after.name,
        "answered": after.answered,
        "differing": now.differing(after),
    }
