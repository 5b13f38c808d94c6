"""Which command of a service's repository trains its model, where that is run, and why it cannot be where it cannot."""

from __future__ import annotations

from typing import Any

from sandbox.probes import Target
from sandbox.training.observed import Training

COMMAND_CHARACTERS = 8_000


def training_in(target: Target) -> tuple[Training | None, dict[str, Any]]:
    """What is declared, else what the source says; (None, {ran: False, declared, why}) where nothing can be run."""
    source = target.seen.get("ml_source") or {}
    told = target.plan.hints.get("ml") or {}
    found = source.get("train")
    train = told.get("train") or (" && ".join(found["commands"]) if found else "")
    declared = bool(told.get("train"))
    if not train:
        return None, _not("No training was found in the repository, and none is declared.", declared=False)
    if found and found["kind"] == "notebook" and not declared:
        why = f"{found['title']} is a notebook, which the service's image cannot run: move its steps into a train.py."
        return None, _not(why, declared=False)
    if len(str(train)) > COMMAND_CHARACTERS:
        return None, _not("Its training command is too long.", declared=declared)
    ours = target.plan.is_ours
    context = f"{target.plan.context.strip('/')}/" if target.plan.context.strip("./") else ""
    folder = "" if declared or not found else f"{found['folder']}/".removeprefix(context).strip("/")
    return Training(train, folder, ours, declared, dict(told), _below(source, context)), {}


def _not(why: str, *, declared: bool) -> dict[str, Any]:
    return {"ran": False, "declared": declared, "why": why}


def _below(source: dict[str, Any], context: str) -> dict[str, Any]:
    """What the source says, with the path of its data as the image has it."""
    data = source.get("data")
    return dict(source) if not data else source | {"data": data | {"path": data["path"].removeprefix(context)}}
