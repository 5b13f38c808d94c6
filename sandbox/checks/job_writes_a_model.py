"""Does the training leave a model behind that something else could load?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    job = evidence.probe("job") or {}
    models = [row for row in job["artefacts"] if row["kind"] == "model" and row["bytes"]]
    if models:
        named = ", ".join(f"{row['path']} ({row['bytes']} bytes)" for row in models[:3])
        return passed(f"It wrote {named}.", evidence=("/probes/job/artefacts",))
    if job["artefacts"]:
        return failed(
            f"It wrote {len(job['artefacts'])} files, but no model among them.",
            score=0.2,
            evidence=("/probes/job/artefacts",),
        )
    return failed("It left no file behind.", evidence=("/probes/job/artefacts",))


def _example(name: str, files: list[dict[str, object]]) -> Evidence:
    return Evidence("ml", plan={"hints": {"job": {"title": name}}}, probes={"job": {"artefacts": files}})


CHECK = Check(
    id="job_writes_a_model",
    version=1,
    title="The job writes a model",
    failed_title="The job writes no model",
    why=(
        "What was trained is worth something only once it is saved: a service, a test or a colleague loads the file "
        "without training again."
    ),
    fix="Save the trained model at the end of the run, for example with joblib.dump(model, 'model.joblib').",
    category="track",
    weight=HIGH,
    effort="minutes",
    level=1,
    judge=judge,
    needs=("job",),
    tracks=("ml",),
    follows="job_runs_to_its_end",
    examples=(
        Example("a model", _example("a", [{"path": "model.pkl", "bytes": 812, "kind": "model"}]), "pass"),
        Example("only a plot", _example("b", [{"path": "roc.png", "bytes": 9000, "kind": "plot"}]), "fail"),
        Example("nothing", _example("c", []), "fail"),
    ),
)
