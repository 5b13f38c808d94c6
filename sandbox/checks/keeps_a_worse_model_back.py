"""Is a model that was trained on shuffled labels kept from being served?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, not_applicable, not_shown, passed

POINTER = ("/probes/retraining/shuffled",)


def judge(evidence: Evidence) -> Finding:
    seen = evidence.probe("retraining") or {}
    if not seen["looked"]:
        return not_shown(f"{seen['why'].rstrip('.')}: what is served after a bad training was not seen.")
    bad, good = seen["shuffled"], seen["fewer"]
    if not bad["ran"]:
        return not_shown(f"{bad['why'].rstrip('.')}: what is served after a bad training was not seen.")
    if not good["differing"] and good["name"] == seen["name"]:
        return not_applicable("No training changes what the service answers, so that none can be kept back.")
    if not bad["differing"]:
        return passed(
            "A model that was trained on shuffled labels is not served: the old one answers.", evidence=POINTER
        )
    return failed(
        f"A model trained on shuffled labels is served: {bad['differing']} of {seen['rows']} predictions changed.",
        evidence=POINTER,
    )


def _example(differing: int = 0, good: int = 9, **seen: Any) -> Evidence:
    fewer = {"ran": True, "why": "", "name": "1", "answered": 12, "differing": good}
    row = {"looked": True, "why": "", "rows": 12, "name": "1", "fewer": fewer, **seen}
    return Evidence("ml", probes={"retraining": {"shuffled": fewer | {"differing": differing}} | row})


CHECK = Check(
    id="keeps_a_worse_model_back",
    version=1,
    title="A worse model is kept back",
    failed_title="A worse model is served without a question",
    why=(
        "One bad delivery of data, and a training that runs every night replaces a good model by noise. What comes out "
        "of a training is a candidate: it has to be as good as the present model on held-out rows before it serves."
    ),
    fix="Compare the new model's test figure with the present one's before writing over it, and keep the better.",
    category="track",
    weight=LOW,
    judge=judge,
    needs=("retraining",),
    tracks=("ml",),
    effort="hours",
    level=3,
    follows="serves_what_it_retrains",
    examples=(
        Example("kept back", _example(), "pass"),
        Example("served", _example(12), "fail"),
        Example("nothing is served anew", _example(good=0), "not_applicable"),
        Example("not tried", _example(shuffled={"ran": False, "why": "Its target is not known."}), "inconclusive"),
        Example("no training", _example(looked=False, why="No training was found."), "inconclusive"),
    ),
)
