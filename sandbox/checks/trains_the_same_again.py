"""Does a second training report the same figures?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_applicable, passed
from sandbox.training.evidence import unseen

SAME = 0.01


def judge(evidence: Evidence) -> Finding:
    other = unseen(evidence)
    if other is not None:
        return other
    probe = "job" if evidence.kind == "job" else "training"
    repeat = (evidence.probe(probe) or {}).get("repeat") or {"ran": False, "why": "It was not run again."}
    pointer = (f"/probes/{probe}/repeat",)
    if not repeat["ran"]:
        return not_applicable(f"{repeat['why']} Let it write its figures to metrics.json and end within 20 s.")
    if repeat["why"]:
        return failed(repeat["why"], evidence=pointer)
    rows = [row for row in repeat["differing"] if row["second"] is None or _apart(row["first"], row["second"])]
    if not rows:
        return passed("A second run reported the same figures within 1 %.", evidence=pointer)
    row = rows[0]
    second = "nothing" if row["second"] is None else f"{row['second']:.4g}"
    return failed(f"{row['name']} was {row['first']:.4g} and then {second}.", evidence=pointer)


def _apart(first: float, second: float) -> bool:
    return abs(first - second) > SAME * max(abs(first), abs(second))


def _example(differing: list[dict[str, object]]) -> Evidence:
    repeat = {"ran": True, "why": "", "differing": differing}
    return Evidence("ml", probes={"training": {"ran": True, "state": "done", "repeat": repeat}})


CHECK = Check(
    id="trains_the_same_again",
    version=1,
    title="The same training gives the same figures",
    failed_title="The same training gives other figures",
    why=(
        "When two runs of one commit differ, nobody can tell an improvement from luck. The training is run twice in "
        "fresh containers of one image, and its figures have to agree within 1 %."
    ),
    fix="Set the seed of every generator that the training draws from, and pass it to the split and the model.",
    category="track",
    weight=HIGH,
    judge=judge,
    tracks=("ml",),
    effort="minutes",
    level=1,
    follows="trains_its_model",
    examples=(
        Example("the same", _example([]), "pass"),
        Example("within 1 %", _example([{"name": "auc", "first": 0.9, "second": 0.905}]), "pass"),
        Example("other", _example([{"name": "auc", "first": 0.9, "second": 0.7}]), "fail"),
        Example(
            "once only",
            Evidence(
                "ml",
                probes={"training": {"ran": True, "state": "done", "repeat": {"ran": False, "why": "It took long."}}},
            ),
            "not_applicable",
        ),
    ),
)
