"""Does the evaluation set of the repository run, and does it notice when the model is gone?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, inconclusive, not_applicable, not_shown, passed


def judge(evidence: Evidence) -> Finding:  # noqa: PLR0911 - one return a way to end
    seen = evidence.probe("ai_evaluation") or {}
    pointer = ("/probes/ai_evaluation",)
    if not seen["offered"]:
        return not_applicable("The repository calls no model that the sandbox's gateway could answer for.")
    if not seen["declared"]:
        return not_shown("No evaluation is declared: write its command as `ai.evaluate` in assay.yaml.")
    if seen["why"]:
        return inconclusive(f"The evaluation could not be run: {seen['why']}")
    if seen["exit_code"] is None:
        return failed(f"The evaluation did not end within {seen['limit_s']:.0f} s.", evidence=pointer)
    figures = ", ".join(f"{row['name']} {row['value']:.4g}" for row in seen["metrics"][:3])
    observed = f"The evaluation ended with exit code {seen['exit_code']} after {seen['seconds']:.1f} s"
    observed += f", {seen['calls']} call(s) of the model" + (f" and {figures}" if figures else " and no figure")
    if seen["exit_code"] and seen["calls"] and figures:
        # What a set asks of a real model the prepared one may not meet: it ran, and told what it found.
        return passed(
            f"{observed}. Whether your own model meets its bound this cannot tell.", score=0.7, evidence=pointer
        )
    if seen["exit_code"]:
        return failed(f"{observed}.", score=0.2 if seen["calls"] else 0.0, evidence=pointer)
    if not seen["calls"]:
        return failed(f"{observed}: it asks no model.", score=0.2, evidence=pointer)
    again = seen["again"]
    if again is None or not again["calls"]:
        return passed(f"{observed}.", score=0.8, evidence=pointer)
    if again["exit_code"] or again["metrics"] != seen["metrics"]:
        return passed(
            f"{observed}; with a model that fails it says so.", score=1.0 if figures else 0.8, evidence=pointer
        )
    return failed(f"{observed}; with a model that fails it says the same.", score=0.4, evidence=pointer)


def _evidence(exit_code: int | None = 0, **more: Any) -> Evidence:
    metrics = [{"name": "accuracy", "value": 0.9, "source": "log"}]
    seen: dict[str, Any] = {"offered": True, "declared": True, "why": "", "limit_s": 60.0, "seconds": 2.0, "calls": 9}
    seen |= {"exit_code": exit_code, "metrics": metrics, "again": {"exit_code": 1, "calls": 9, "metrics": []}}
    return Evidence("ai", probes={"ai_evaluation": seen | more})


CHECK = Check(
    id="runs_its_evaluation",
    version=2,
    title="Its evaluation set runs",
    failed_title="Its evaluation set does not run",
    why=(
        "Whether a new prompt is better is a question for a set of cases, not for a feeling. The platform runs the set "
        "in the sandbox, counts its calls of the model, and runs it again with a model that fails: it has to notice."
    ),
    fix="Keep cases with what is expected in the repository, print the share that is met, and exit 1 below a bound.",
    category="track",
    weight=HIGH,
    judge=judge,
    needs=("ai_evaluation",),
    tracks=("ai",),
    effort="days",
    follows="calls_models",
    examples=(
        Example("runs and notices", _evidence(), "pass"),
        Example("too long to run twice", _evidence(again=None), "pass"),
        Example("below its bound", _evidence(1), "pass"),
        Example("breaks off", _evidence(1, metrics=[]), "fail"),
        Example("endless", _evidence(None), "fail"),
        Example("asks no model", _evidence(calls=0, again=None), "fail"),
        Example(
            "notices nothing",
            _evidence(metrics=[], again={"exit_code": 0, "calls": 9, "metrics": []}),
            "fail",
        ),
        Example("entry point", _evidence(why="Its image has an ENTRYPOINT."), "inconclusive"),
        Example("undeclared", _evidence(declared=False), "inconclusive"),
        Example("no model", _evidence(offered=False), "not_applicable"),
    ),
)
