"""Do its metrics say which model and which version of the prompt answered?"""

from __future__ import annotations

import re

from sandbox.assistant.judging import evidence_of, no_models, uncounted
from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, passed

PROMPT = re.compile(r"prompt|template|^version$|app_version|release", re.IGNORECASE)


def judge(evidence: Evidence) -> Finding:
    if (nothing := uncounted(evidence)) is not None:
        return nothing
    seen = evidence.probe("ai_metrics") or {}
    pointer = ("/probes/ai_metrics/labels",)
    if not seen["page"]:
        return failed("There is no metrics page that could name a model.", evidence=pointer)
    labels = seen["labels"]
    model = next((name for name, values in labels.items() if set(values) & set(seen["models"])), None)
    prompt = next((name for name in labels if PROMPT.search(name)), None)
    said = f"the model by the label {model}" if model else "no model"
    observed = (
        f"The metrics name {said} and {f'the prompt by the label {prompt}' if prompt else 'no version of the prompt'}."
    )
    score = 0.5 * bool(model) + 0.5 * bool(prompt)
    return passed(observed, evidence=pointer) if score == 1.0 else failed(observed, score=score, evidence=pointer)


def _evidence(*, page: bool = True, **labels: list[str]) -> Evidence:
    return evidence_of(ai_metrics={"page": page, "labels": labels, "models": ["gpt-4o-mini"]})


CHECK = Check(
    id="names_model_and_prompt",
    version=1,
    title="Says which model and prompt answered",
    failed_title="Does not say which model and prompt answered",
    why=(
        "Answers change when the model or the prompt does. With both as labels a change of quality, time or cost can "
        "be laid beside the change that made it."
    ),
    fix="Give prompts a version, and label the counters of calls and tokens with model and prompt_version.",
    category="track",
    weight=LOW,
    judge=judge,
    needs=("ai_ask", "ai_metrics"),
    tracks=("ai",),
    effort="minutes",
    level=3,
    follows="exposes_metrics",
    examples=(
        Example("both", _evidence(model=["gpt-4o-mini"], prompt_version=["3"]), "pass"),
        Example("model only", _evidence(model=["gpt-4o-mini"]), "fail"),
        Example("neither", _evidence(path=["/ask"]), "fail"),
        Example("no page", _evidence(page=False), "fail"),
        Example("asked by its page", evidence_of(ai_metrics={"page": None}), "inconclusive"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
