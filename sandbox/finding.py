"""Findings and checks: one question put to the evidence, and its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from sandbox.evidence import TRACKS, Evidence

Outcome = Literal["pass", "fail", "not_applicable", "inconclusive"]
Category = Literal["build", "deploy", "load", "monitoring", "practice", "track"]
# Weights as OpenSSF Scorecard ranks risk.
CRITICAL, HIGH, MEDIUM, LOW = 10.0, 7.5, 5.0, 2.5
# What was seen to happen counts whole, what only stands in the source half, what is only said not at all: as the ML
# Test Score (Breck et al., 2017) gives half a point for what is done by hand.
GRADES = {"observed": 1.0, "static": 0.5, "declared": 0.0}


@dataclass(frozen=True)
class Finding:
    """A check's answer.

    outcome   "inconclusive": it could not be seen, which is never a zero; "not_applicable" weighs nothing
    cause     of an inconclusive one, who can change that: the "host" (our failing: asked again it may be seen, and
              until then nothing is signed) or the "project" (it showed nothing to judge; it can declare more); else ""
    score     0..1; pass is usually 1 and fail 0, a measure may lie between; None unless pass or fail
    observed  one sentence: what was seen, with figures
    fix       one sentence: what to do; empty when there is nothing to do
    evidence  JSON pointers into the evidence document ("/probes/load/steps/0/p95_ms") or "file:line"
    """

    outcome: Outcome
    observed: str
    score: float | None = None
    fix: str = ""
    evidence: tuple[str, ...] = ()
    cause: Literal["", "host", "project"] = ""

    def __post_init__(self) -> None:
        judged = self.outcome in ("pass", "fail")
        if (self.outcome == "inconclusive") != bool(self.cause):
            raise ValueError(f"a {self.outcome} finding cannot have cause {self.cause!r}")
        if judged != (self.score is not None) or (self.score is not None and not 0.0 <= self.score <= 1.0):
            raise ValueError(f"a {self.outcome} finding cannot have score {self.score}")

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "evidence": list(self.evidence)}


def passed(observed: str, *, score: float = 1.0, fix: str = "", evidence: tuple[str, ...] = ()) -> Finding:
    return Finding("pass", observed, score, fix, evidence)


def failed(observed: str, *, score: float = 0.0, fix: str = "", evidence: tuple[str, ...] = ()) -> Finding:
    """`fix` overrides the check's general one when the evidence allows a more exact sentence."""
    return Finding("fail", observed, score, fix, evidence)


def not_applicable(observed: str) -> Finding:
    return Finding("not_applicable", observed)


def inconclusive(observed: str) -> Finding:
    """We could not see: our failing, which leaves the scorecard provisional."""
    return Finding("inconclusive", observed, cause="host")


def not_shown(observed: str) -> Finding:
    """The project showed nothing to judge, and would not if it were asked again: says what to declare, if anything."""
    return Finding("inconclusive", observed, cause="project")


@dataclass(frozen=True)
class Example:
    """A smallest piece of evidence and the outcome that the check must give it; each is a test and documentation."""

    name: str
    evidence: Evidence
    outcome: Outcome


@dataclass(frozen=True)
class Check:
    """A question with its prose. The file that defines it (`sandbox/checks/<id>.py`) is its only mention.

    id            lower-case claim, true when passed ("keeps_p95_under_load"); equals the file's name
    title         the claim as a sentence when passed, `failed_title` when failed
    why, fix      two or three sentences for the check's page; one general sentence of advice
    category      which part of the scorecard it counts in
    weight        CRITICAL, HIGH, MEDIUM or LOW
    tracks        the tracks it is asked in
    needs         probe ids it reads: when the service is down because of the team they fail it, see `judge_all`
    grade         how the answer is known: what was "observed" to happen at run time, what stands in the source
                  ("static"), or what is only "declared"; GRADES says what share of the weight counts
    effort        what the fix usually costs a student: "minutes", "hours" or "days"
    level         1: a first project's next step, 2: solid work, 3: what professionals are asked for
    follows       the check that comes first: where it failed, this one's failure follows from it, and so does the fix
    thresholds    the figures that an organiser may change, by name, the unit at its end as in a report ("least_words",
                  "most_pct"); a check that has any is asked `judge(evidence, thresholds)`, with the same names. The two
                  points of a curve are "median_<unit>" and "p10_<unit>" (see sandbox.curve): its page draws it
    """

    id: str
    version: int
    title: str
    failed_title: str
    why: str
    fix: str
    category: Category
    weight: float
    judge: Callable[..., Finding] = field(repr=False)
    examples: tuple[Example, ...] = field(repr=False, default=())
    needs: tuple[str, ...] = ()
    tracks: tuple[str, ...] = TRACKS
    grade: Literal["observed", "static", "declared"] = "observed"
    effort: Literal["minutes", "hours", "days"] = "hours"
    level: Literal[1, 2, 3] = 2
    follows: str = ""
    thresholds: dict[str, float] = field(default_factory=dict, hash=False)
