"""Does the drift signal move when the inputs are shifted, and stay when they are not?"""

from __future__ import annotations

from collections import Counter

from sandbox.evidence import Evidence
from sandbox.finding import CRITICAL, Check, Example, Finding, failed, not_applicable, passed

POINTER = ("/probes/drift/seeds",)
ENOUGH = 2 / 3


def judge(evidence: Evidence) -> Finding:
    seen = evidence.probe("drift") or {}
    if not seen["looked"]:
        how = "declare ml: {drift: {metric: drift_psi}, predict: {path: /predict, rows: data/sample.csv}}"
        return not_applicable(f"{seen['why']} To have it looked at, {how}.")
    seeds = seen["seeds"]
    accepted = sum(row["accepted"] for row in seeds) / (len(seeds) * seen["rows"])
    if accepted < 0.5:
        return not_applicable("The service refuses rows that are two deviations away, so they cannot reach its signal.")
    times = Counter(name for row in seeds for name in row["moved"])
    share = sum(bool(row["moved"]) for row in seeds) / len(seeds)
    told = f"{seen['rows']} rows with two columns two deviations higher, {len(seeds)} times"
    if share >= ENOUGH:
        name, _ = min(times.items(), key=lambda pair: (-pair[1], pair[0]))
        values = next(row["values"][name] for row in seeds if name in row["moved"])
        figures = f"{values[0]:.3g}, {values[1]:.3g} and {values[2]:.3g}"
        said = f"{told}: {name} was {figures} after reference, unshifted and shifted rows"
        return passed(f"{said}.", score=share, evidence=POINTER)
    noisy = sorted({name for row in seeds for name in row["restless"]})
    why = f"{noisy[0]} moved on unshifted rows as well" if noisy else "nothing that it tells of drift moved"
    return failed(f"{told}: {why}.", score=share / 2, evidence=POINTER)


def _example(*moved: bool) -> Evidence:
    values = {"drift_psi{}": [0.02, 0.03, 1.4]}
    seeds = [
        {"moved": ["drift_psi{}"] * one, "restless": [], "values": values, "accepted": 200, "columns": ["age"]}
        for one in moved
    ]
    return Evidence("ml", probes={"drift": {"looked": True, "rows": 200, "seeds": seeds}})


CHECK = Check(
    id="drift_signal_follows_the_data",
    version=1,
    title="The drift signal moves with the data, and only then",
    failed_title="The drift signal does not follow the data",
    why=(
        "A signal that never moves is decoration, and one that always moves is soon muted. Rows of the training's law, "
        "then others of the same law, then shifted ones are sent to the live service, and its own signal is read."
    ),
    fix="Compare a window of recent inputs with the training's reference for each column, by PSI or a KS statistic.",
    category="track",
    weight=CRITICAL,
    judge=judge,
    needs=("drift",),
    tracks=("ml",),
    effort="hours",
    level=3,
    follows="monitors_drift",
    examples=(
        Example("moves", _example(True, True, True), "pass"),
        Example("still", _example(False, False, True), "fail"),
        Example("none", Evidence("ml", probes={"drift": {"looked": False, "why": "None."}}), "not_applicable"),
    ),
)
