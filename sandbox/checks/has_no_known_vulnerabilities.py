"""Are the locked packages free of known vulnerabilities that a newer version mends?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_applicable, passed


def judge(evidence: Evidence) -> Finding:
    seen = evidence.probe("advisories") or {}
    pointer = ("/probes/advisories",)
    if not seen["assessed"]:
        return not_applicable("This site has no database of vulnerabilities to look into.")
    if not seen["packages"]:
        return not_applicable("No lock file names exact versions.")
    mendable = [row for row in seen["found"] if row["fixed"]]
    day = (seen["database"]["modified"] or "")[:10]
    if not mendable:
        return passed(
            f"None of {seen['packages']} packages has a known one that is mended (as of {day}).", evidence=pointer
        )
    names = sorted({row["package"] for row in mendable})
    first = mendable[0]
    return failed(
        f"{len(names)} of {seen['packages']} packages: {first['package']} {first['version']} has {first['id']}, "
        f"mended in {first['fixed']}.",
        score=max(0.0, round(0.6 - 0.1 * len(names), 2)),
        fix=f"Raise {', '.join(names[:4])} to a version that is mended, and lock again.",
        evidence=pointer,
    )


def _seen(*found: dict[str, Any], assessed: bool = True, packages: int = 30) -> Evidence:
    database = {"entries": 18_000, "modified": "2026-10-01T00:00:00Z"} if assessed else None
    document = {"assessed": assessed, "packages": packages, "database": database, "found": [*found]}
    return Evidence("general", probes={"advisories": document})


_ROW = {"id": "GHSA-1", "package": "jinja2", "version": "2.4.1", "where": "requirements.txt", "summary": ""}
CHECK = Check(
    id="has_no_known_vulnerabilities",
    version=1,
    title="No package has a known vulnerability",
    failed_title="A package has a known vulnerability",
    why=(
        "Most break-ins use a hole that was published and mended long before. The locked versions are compared with "
        "the OSV database that the site provides; one without a mended version is not counted."
    ),
    fix="Raise the packages to versions that are mended, and let a bot do it from now on.",
    category="practice",
    weight=MEDIUM,
    judge=judge,
    needs=("advisories",),
    grade="static",
    effort="minutes",
    level=3,
    examples=(
        Example("clean", _seen(), "pass"),
        Example("old", _seen(_ROW | {"fixed": "2.11.3"}), "fail"),
        Example("not mended yet", _seen(_ROW | {"fixed": ""}), "pass"),
        Example("no database", _seen(assessed=False), "not_applicable"),
        Example("nothing locked", _seen(packages=0), "not_applicable"),
    ),
)
