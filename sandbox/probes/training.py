"""Does the service's repository train its model, the same again with its seed, and worse with shuffled labels?"""

from __future__ import annotations

from typing import Any

from sandbox.probes import Probe, Target
from sandbox.training.observed import Training, observe

COMMAND_CHARACTERS = 8_000


def gather(target: Target) -> dict[str, Any]:
    """{ran: False, why} or what docs/probes.md says of `training`."""
    source = target.seen.get("ml_source") or {}
    told = target.plan.hints.get("ml") or {}
    found = source.get("train")
    train = told.get("train") or (" && ".join(found["commands"]) if found else "")
    if not train:
        return {
            "ran": False,
            "declared": False,
            "why": "No training was found in the repository, and none is declared.",
        }
    if found and found["kind"] == "notebook" and not told.get("train"):
        why = f"{found['title']} is a notebook, which the service's image cannot run: move its steps into a train.py."
        return {"ran": False, "declared": False, "why": why}
    if len(str(train)) > COMMAND_CHARACTERS:
        return {"ran": False, "declared": bool(told.get("train")), "why": "Its training command is too long."}
    ours = target.plan.buildpack not in ("dockerfile", "compose")
    context = f"{target.plan.context.strip('/')}/" if target.plan.context.strip("./") else ""
    folder = "" if told.get("train") or not found else f"{found['folder']}/".removeprefix(context).strip("/")
    source = _below(source, context)
    return observe(target, Training(train, folder, ours, bool(told.get("train")), dict(told), source))


def _below(source: dict[str, Any], context: str) -> dict[str, Any]:
    """What the source says, with the path of its data as the image has it."""
    data = source.get("data")
    return dict(source) if not data else source | {"data": data | {"path": data["path"].removeprefix(context)}}


PROBE = Probe("training", 1, 62, "service", "Does the repository train the model that it serves?", gather)
