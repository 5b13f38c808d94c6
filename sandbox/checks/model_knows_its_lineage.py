"""Do the model's papers name its version, its data, its settings and its code?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_applicable, passed
from sandbox.training.evidence import DECLARE, place, seen

PARTS = (("version", "a version"), ("data", "a digest of its data"), ("params", "its settings"), ("code", "its code"))
ENOUGH = 0.5
# A digest that is none of a file of the repository's may be of anything.
UNKNOWN = 0.5


def judge(evidence: Evidence) -> Finding:
    document = seen(evidence) or {}
    papers, pointer = document.get("papers") or [], f"/probes/{place(evidence)}/papers"
    source = evidence.probe("ml_source") or {}
    if not papers:
        papers, pointer = source["papers"], "/probes/ml_source/papers"
    if not papers:
        if source["train"] is None and not document.get("ran"):
            return not_applicable(
                f"No training and no papers of a model were found. If there is a training, {DECLARE}."
            )
        return failed("No file beside the model says where it comes from.", evidence=(pointer,))
    found = {name: next((paper for paper in papers if paper[name]), None) for name, _ in PARTS}
    score = sum(_worth(name, paper) for name, paper in found.items()) / len(PARTS)
    told = [f"{text} ({found[name]['path']})" for name, text in PARTS if found[name]]  # type: ignore[index]
    absent = [text for name, text in PARTS if not found[name]]
    said = f"The papers name {', '.join(told) or 'nothing'}" + (f", but not {', '.join(absent)}" if absent else "")
    data = found["data"]
    if data is not None:
        known = data["data_known"]
        said += f"; the digest is that of {known}" if known else "; the digest is that of no file that was found"
    return (passed if score >= ENOUGH else failed)(f"{said}.", score=score, evidence=(pointer,))


def _worth(name: str, paper: dict[str, Any] | None) -> float:
    if paper is None:
        return 0.0
    return UNKNOWN if name == "data" and not paper["data_known"] else 1.0


def _example(*papers: dict[str, str]) -> Evidence:
    source = {"papers": [], "train": {"title": "train.py"}}
    rows = [
        {"path": "model_card.json", "version": "", "data": "", "data_known": "", "params": "", "code": "", **paper}
        for paper in papers
    ]
    return Evidence("ml", probes={"ml_source": source, "training": {"ran": True, "state": "done", "papers": rows}})


CHECK = Check(
    id="model_knows_its_lineage",
    version=1,
    title="The model's papers say where it comes from",
    failed_title="Nothing says where the model comes from",
    why=(
        "When a model behaves oddly, the first question is what it was trained on and by which code. A digest of the "
        "data beside the model answers it for ever; it is compared with the digests of the files that were there."
    ),
    fix="Write a model_card.json with version, data_sha256, params and code_version beside the model.",
    category="track",
    weight=MEDIUM,
    judge=judge,
    needs=("ml_source",),
    tracks=("ml",),
    effort="minutes",
    level=2,
    follows="trains_its_model",
    examples=(
        Example(
            "all of it",
            _example({"version": "3", "data": "ab12", "data_known": "data.csv", "params": "lr=0.1", "code": "1f3a9c2"}),
            "pass",
        ),
        Example("only a version", _example({"version": "3"}), "fail"),
        Example("none", _example(), "fail"),
    ),
)
