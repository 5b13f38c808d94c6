"""Are very large files kept out of the repository?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    large = (evidence.probe("hygiene") or {})["committed"]["large"]
    pointer = ("/probes/hygiene/committed/large",)
    if not large:
        return passed("No file is larger than 10 MB.", evidence=pointer)
    first = large[0]
    return failed(
        f"{len(large)} file{'s are' if len(large) > 1 else ' is'} larger than 10 MB; the largest is {first['path']} "
        f"with {first['bytes'] / 1e6:.0f} MB.",
        score=max(0.0, round(0.5 - 0.1 * len(large), 2)),
        evidence=pointer,
    )


def _large(*rows: dict[str, Any]) -> Evidence:
    return Evidence("general", probes={"hygiene": {"committed": {"ignores": True, "kinds": [], "large": [*rows]}}})


CHECK = Check(
    id="keeps_large_files_out",
    version=1,
    title="Large files are kept elsewhere",
    failed_title="Large files are in the repository",
    why="Git keeps every version of every file for ever, and everybody who clones downloads all of them.",
    fix="Keep models and data sets in a store (a release, a bucket, DVC, Git LFS) and download them by a script.",
    category="practice",
    weight=LOW,
    judge=judge,
    needs=("hygiene",),
    grade="static",
    effort="hours",
    level=2,
    examples=(
        Example("small", _large(), "pass"),
        Example("a model", _large({"path": "model.pt", "bytes": 48_000_000}), "fail"),
    ),
)
