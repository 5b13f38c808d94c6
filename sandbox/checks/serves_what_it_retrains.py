"""After another training, does the service answer by the new model, under a new name?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_shown, passed

POINTER = ("/probes/retraining/fewer",)


def judge(evidence: Evidence) -> Finding:
    seen = evidence.probe("retraining") or {}
    if not seen["looked"]:
        return not_shown(f"{seen['why'].rstrip('.')}: what is served after another training was not seen.")
    if not seen["fewer"]["ran"]:
        why = seen["fewer"]["why"].rstrip(".")
        return failed(f"The service did not come up where it was trained again: {why}.", evidence=POINTER)
    return _compared(seen["name"], seen["fewer"], seen["rows"])


def _compared(name: str, new: dict[str, Any], rows: int) -> Finding:
    if not name and not new["name"]:
        return failed(
            f"{new['differing']} of {rows} predictions changed after another training, and no answer names the model.",
            fix="Let the training write a version into the model, and name it in each answer.",
            evidence=POINTER,
        )
    if new["differing"] and new["name"] != name:
        return passed(
            f"Trained on fewer rows it answers as {new['name']} instead of {name}; {new['differing']} of {rows} "
            "predictions changed.",
            evidence=POINTER,
        )
    if new["differing"]:
        return failed(
            f"{new['differing']} of {rows} predictions changed after another training, and the model is still called "
            f"{name}.",
            score=0.3,
            evidence=POINTER,
        )
    if new["name"] != name:
        return passed(f"Trained on fewer rows it answers as {new['name']}, and predicts the same.", evidence=POINTER)
    return failed(
        f"After a training on fewer rows it still answers as {name}, and all {rows} predictions are the same.",
        fix="Let the service load the file that the training writes.",
        evidence=POINTER,
    )


def _example(name: str = "1", new: str = "2", differing: int = 9, **seen: Any) -> Evidence:
    fewer = {"ran": True, "why": "", "name": new, "answered": 12, "differing": differing}
    row = {"looked": True, "why": "", "rows": 12, "name": name, "fewer": fewer, **seen}
    return Evidence("ml", probes={"retraining": row})


CHECK = Check(
    id="serves_what_it_retrains",
    version=1,
    title="A retrained model is served under its own name",
    failed_title="A retrained model is not served, or not named",
    why=(
        "Retraining is only worth something when the new model reaches those who ask, and can be told from the old. So "
        "the model is trained on a part of the data, and the service started on what that wrote."
    ),
    fix="Let each training write a new version (a date and a digest of the model, say), and serve that version's name.",
    category="track",
    weight=MEDIUM,
    judge=judge,
    needs=("retraining",),
    tracks=("ml",),
    effort="hours",
    level=3,
    examples=(
        Example("a new name", _example(), "pass"),
        Example("the old name", _example(new="1"), "fail"),
        Example("the old model", _example(new="1", differing=0), "fail"),
        Example("no name at all", _example(name="", new=""), "fail"),
        Example("did not come up", _example(fewer={"ran": False, "why": "The process exited."}), "fail"),
        Example("no training", _example(looked=False, why="No training was found."), "inconclusive"),
    ),
)
