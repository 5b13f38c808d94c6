"""Does the service's repository train its model, the same again with its seed, and worse with shuffled labels?"""

from __future__ import annotations

from typing import Any

from sandbox.probes import Probe, Target
from sandbox.training.observed import Training, observe


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
    entry = target.image.config.get("entrypoint")
    if entry and not _passes_on(entry):
        why = "The image has an ENTRYPOINT, which takes no other command. Start it by CMD instead."
        return {"ran": False, "declared": bool(told.get("train")), "why": why}
    ours = target.plan.buildpack not in ("dockerfile", "compose")
    folder = "" if told.get("train") or not found else str(found["folder"])
    return observe(target, Training(train, folder, ours, bool(told.get("train")), dict(told), dict(source)))


def _passes_on(entrypoint: Any) -> bool:
    """Scripts such as docker-entrypoint.sh and tini usually run what they are given."""
    words = entrypoint if isinstance(entrypoint, list) else [str(entrypoint)]
    name = str(words[0]).rpartition("/")[2]
    return name in ("tini", "dumb-init", "env", "docker-entrypoint.sh") or (len(words) == 1 and name.endswith(".sh"))


PROBE = Probe("training", 1, 62, "service", "Does the repository train the model that it serves?", gather)
