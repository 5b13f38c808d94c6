"""Can the earlier model be brought back, and the present one again, without a failed request?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_shown, passed

POINTER = ("/probes/rollback",)
DECLARE = "declare one in assay.yaml, for example ml: {rollback: {env: {MODEL_PATH: model/previous.json}}}"
# Predictions are those of the other model, and nothing says so.
UNNAMED = 0.5


def judge(evidence: Evidence) -> Finding:
    seen = evidence.probe("rollback") or {}
    if not seen["looked"]:
        return not_shown(
            seen["why"] if seen["declared"] else f"{seen['why'].rstrip('.')}; where there is one, {DECLARE}."
        )
    if seen["previous"] is None:
        return failed(f"The earlier model did not come up: {seen['why'].rstrip('.')}.", evidence=POINTER)
    return _there_and_back(seen["before"], seen["previous"], seen["again"], seen["rows"])


def _there_and_back(before: dict[str, Any], previous: dict[str, Any], again: dict[str, Any], rows: int) -> Finding:
    lost = [rows - one["answered"] for one in (previous, again)]
    if any(lost):
        return failed(f"{max(lost)} of {rows} requests were not answered around the switch.", evidence=POINTER)
    if again["differing"] or again["name"] != before["name"]:
        return failed(
            f"Switched back, {again['differing']} of {rows} predictions are not those of before"
            f"{_named(again['name'], before['name'])}.",
            evidence=POINTER,
        )
    if not previous["differing"] and previous["name"] == before["name"]:
        return failed("The switch changes neither the predictions nor the name of the model.", evidence=POINTER)
    if previous["name"] == before["name"]:
        named = f"the name stays {before['name']}" if before["name"] else "no answer names the model"
        return failed(
            f"{previous['differing']} of {rows} predictions change with the earlier model, and {named}.",
            score=UNNAMED,
            fix="Answer with the version of the model that is loaded, not with a constant.",
            evidence=POINTER,
        )
    differ = f"{previous['differing']} of {rows} predictions differ"
    return passed(
        f"{previous['name']} answers instead of {before['name']} ({differ}), then the present one again; "
        "every request was answered.",
        evidence=POINTER,
    )


def _named(now: str, before: str) -> str:
    return f" ({now or 'no name'} instead of {before or 'none'})" if now != before else ""


def _example(earlier: dict[str, Any] | None = None, later: dict[str, Any] | None = None, **seen: Any) -> Evidence:
    row = {"name": "2", "answered": 12, "differing": 0}
    document = {
        "looked": True,
        "declared": True,
        "why": "",
        "way": "env",
        "rows": 12,
        "before": row,
        "previous": {**row, "name": "1", "differing": 10, **(earlier or {})},
        "again": {**row, **(later or {})},
    }
    return Evidence("ml", probes={"rollback": document | seen})


CHECK = Check(
    id="rolls_its_model_back",
    version=1,
    title="The earlier model can be brought back",
    failed_title="The earlier model cannot be brought back",
    why=(
        "When a new model turns out to be wrong, the way back has to be known and quick. So the way that is declared "
        "is gone, there and back again, while rows are predicted."
    ),
    fix="Keep the model before this one beside it, and choose by a setting or a request which of the two is loaded.",
    category="track",
    weight=MEDIUM,
    judge=judge,
    needs=("rollback",),
    tracks=("ml",),
    effort="hours",
    level=3,
    examples=(
        Example("there and back", _example(), "pass"),
        Example("the name stays", _example({"name": "2"}), "fail"),
        Example("nothing changes", _example({"name": "2", "differing": 0}), "fail"),
        Example("does not come back", _example(later={"differing": 10, "name": "1"}), "fail"),
        Example("requests fail", _example({"answered": 7}), "fail"),
        Example("does not come up", _example(previous=None, why="The process exited."), "fail"),
        Example("not declared", _example(looked=False, declared=False, why="Nothing is declared."), "inconclusive"),
    ),
)
