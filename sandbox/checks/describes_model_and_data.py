"""Is it written down what the model is for, what it learned from and where it fails?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    card = (evidence.probe("hygiene") or {})["card"]
    pointer = ("/probes/hygiene/card",)
    if card["path"]:
        return passed(f"{card['path']} describes it.", evidence=(card["path"],))
    if len(card["headings"]) >= 2:
        return passed(f"The README has {', '.join(card['headings'][:3])}.", score=0.8, evidence=pointer)
    if card["headings"]:
        return failed(f"The README has only {card['headings'][0]}.", score=0.4, evidence=pointer)
    return failed("There is no model card, data card or section about them.", evidence=pointer)


def _card(path: str, *headings: str) -> Evidence:
    card: dict[str, Any] = {"path": path, "headings": [*headings]}
    return Evidence("ml", probes={"hygiene": {"card": card}})


CHECK = Check(
    id="describes_model_and_data",
    version=1,
    title="Model and data are described",
    failed_title="Model and data are not described",
    why=(
        "Who uses a model has to know what it was made for, what data it saw and where it fails (Model Cards for "
        "Model Reporting, Mitchell et al., 2019)."
    ),
    fix="Write MODEL_CARD.md: intended use, training data, evaluation, limitations; half a page is enough.",
    category="practice",
    weight=LOW,
    tracks=("ai", "ml"),
    judge=judge,
    needs=("hygiene",),
    grade="static",
    effort="minutes",
    level=2,
    examples=(
        Example("card", _card("MODEL_CARD.md"), "pass"),
        Example("sections", _card("", "Training data", "Limitations"), "pass"),
        Example("one section", _card("", "Evaluation"), "fail"),
        Example("nothing", _card(""), "fail"),
    ),
)
