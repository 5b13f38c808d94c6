"""Does the training code split before it prepares, and keep its hands off the test set?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_applicable, passed


def judge(evidence: Evidence) -> Finding:
    source = evidence.probe("ml_source") or {}
    if source["train"] is None:
        return not_applicable("No training code was found in the repository.")
    leaks = source["leaks"]
    places = [row["where"] for row in (*leaks["before_split"], *leaks["on_test"])]
    if leaks["on_test"]:
        row = leaks["on_test"][0]
        return failed(f"{row['call']} at {row['where']} fits to a set that is to test.", evidence=tuple(places[:5]))
    if leaks["before_split"]:
        row = leaks["before_split"][0]
        return failed(
            f"{row['call']} at {row['where']} learns from all rows before they are split.", evidence=tuple(places[:5])
        )
    if leaks["splits"]:
        row = leaks["splits"][0]
        return passed(f"Data is split by {row['call']}, and prepared after it.", evidence=(row["where"],))
    if source["splits"]:
        return passed("The sets are separate files.", evidence=("/probes/ml_source/splits",))
    return failed(
        "No code was found that holds rows back for a test.",
        fix="Hold rows back before anything is fitted, for example with train_test_split(X, y, random_state=7).",
        evidence=("/probes/ml_source/train",),
    )


def _example(**leaks: object) -> Evidence:
    found = {"splits": [], "before_split": [], "on_test": [], **leaks}
    source = {"train": {"title": "train.py"}, "splits": None, "leaks": found}
    return Evidence("ml", probes={"ml_source": source})


_SPLIT = [{"where": "train.py:9", "call": "train_test_split(x, y)"}]

CHECK = Check(
    id="keeps_test_data_apart",
    version=1,
    title="The training code keeps the test set apart",
    failed_title="The training code mixes the test set into the training",
    why=(
        "A scaler or an encoder that is fitted before the split carries the test rows' means into the training, and "
        "the figure comes out too good. This is read from the code, without running it."
    ),
    fix="Split first; then fit scalers, encoders and the model to the training rows only, best in one Pipeline.",
    category="track",
    weight=HIGH,
    judge=judge,
    needs=("ml_source",),
    tracks=("ml",),
    grade="static",
    effort="minutes",
    level=1,
    examples=(
        Example("splits first", _example(splits=_SPLIT), "pass"),
        Example(
            "scales first", _example(splits=_SPLIT, before_split=[{"where": "train.py:5", "call": "s.fit(x)"}]), "fail"
        ),
        Example("fits to the test", _example(on_test=[{"where": "train.py:7", "call": "s.fit(X_test)"}]), "fail"),
        Example("never splits", _example(), "fail"),
        Example("no training", Evidence("ml", probes={"ml_source": {"train": None}}), "not_applicable"),
    ),
)
