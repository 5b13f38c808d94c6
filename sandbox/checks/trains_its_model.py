"""Does the training command run on its sample data and make a new model?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import CRITICAL, Check, Example, Finding, failed, not_applicable, passed
from sandbox.training.evidence import DECLARE

NO_MODEL = 0.3
POINTER = ("/probes/training",)


def judge(evidence: Evidence) -> Finding:
    seen = evidence.probe("training") or {}
    if not seen["ran"]:
        return not_applicable(f"{seen['why']} If there is one, {DECLARE}.")
    if seen.get("absent"):
        return not_applicable(f"{seen['command']} is not in the service's image; copy it into it, or {DECLARE}.")
    if seen["state"] != "done":
        last = (seen.get("tail") or ["it printed nothing"])[-1][:160]
        how = "had no end" if seen["state"] == "endless" else f"ended with exit code {seen['exit_code']}"
        return failed(f"{seen['command']} {how} after {seen['seconds']:.1f} s: {last}.", evidence=POINTER)
    models = [row["path"] for row in seen["models"]]
    if not models:
        return failed(
            f"{seen['command']} ran for {seen['seconds']:.1f} s and wrote no model.",
            score=NO_MODEL,
            fix="Save the trained model to a file of the repository's folder at the end of the run.",
            evidence=POINTER,
        )
    return passed(f"{seen['command']} wrote {', '.join(models[:3])} in {seen['seconds']:.1f} s.", evidence=POINTER)


def _example(**seen: object) -> Evidence:
    run = {"ran": True, "command": "python train.py", "seconds": 2.0, "exit_code": 0, "models": [], **seen}
    return Evidence("ml", probes={"training": run})


CHECK = Check(
    id="trains_its_model",
    version=1,
    title="The model can be trained again from the repository",
    failed_title="The model cannot be trained from the repository",
    why=(
        "A model whose training nobody can repeat cannot be mended when the world changes. The training is run in the "
        "service's own image, without a network, on the data that the repository brings."
    ),
    fix="Run the training in a container of your image, without a network, and mend what stops it.",
    category="track",
    weight=CRITICAL,
    judge=judge,
    needs=("training",),
    tracks=("ml",),
    effort="hours",
    level=1,
    examples=(
        Example("a new model", _example(state="done", models=[{"path": "model.pkl"}]), "pass"),
        Example("no file", _example(state="done"), "fail"),
        Example("stops", _example(state="failed", exit_code=1, tail=["KeyError: 'age'"]), "fail"),
        Example("none found", _example(ran=False, why="No training was found."), "not_applicable"),
    ),
)
