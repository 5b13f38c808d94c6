"""Is a model that was trained again served under a name of its own, and a worse one kept back?

The training runs in a container of the app's image on sample data without every fifth row, then the service is started
there, beside the one that goes on serving; and once more on data whose labels were shuffled.
"""

from __future__ import annotations

from typing import Any

from sandbox.probes import Probe, Target
from sandbox.resilience.beside import alone
from sandbox.training.retraining import data_of, served_after, why_not
from sandbox.training.serving import requests_of, said
from sandbox.training.told import training_in


def gather(target: Target) -> dict[str, Any]:
    """{looked, why, rows, name, meanwhile, fewer, shuffled}: the two as `served_after` has them."""
    training, nothing = training_in(target)
    if training is None:
        return {"looked": False, "why": nothing["why"]}
    why, requests = why_not(target, training), requests_of(target)
    if why or not requests:
        return {"looked": False, "why": why or "No route of it was found that predicts."}
    # Twice: what depends on the row before settles, or it differs by itself.
    before, now = said(target, requests), said(target, requests)
    if now.differing(before):
        return {"looked": False, "why": "The same rows get other predictions when they are asked for again."}
    target.say("training on fewer rows", 0.1)
    fewer = served_after(target, training, requests, now, shuffled=False)
    if fewer["same_data"]:
        return {"looked": False, "why": fewer["why"]}
    if not fewer["ran"] and (why := alone(target)):
        return {"looked": False, "why": f"No second copy of it comes up beside the first ({why.rstrip('.')})."}
    shuffled: dict[str, Any] = {"ran": False, "why": "A training on fewer rows was not served."}
    if fewer["ran"]:
        shuffled["why"] = "Its target is not known."
        if data_of(training)[1]:
            target.say("training on shuffled labels", 0.5)
            shuffled = served_after(target, training, requests, now, shuffled=True)
    after = said(target, requests)
    meanwhile = {"answered": after.answered, "differing": now.differing(after), "name": after.name}
    return {
        "looked": True,
        "why": "",
        "rows": len(requests),
        "name": now.name,
        "meanwhile": meanwhile,
        "fewer": fewer,
        "shuffled": shuffled,
    }


PROBE = Probe("retraining", 1, 63, "service", "What is served after it was trained again?", gather)
