"""Is a path that does not exist answered with 404?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_applicable, passed

PAGE_FRAMEWORKS = ("streamlit", "gradio")


def judge(evidence: Evidence) -> Finding:
    unknown = (evidence.probe("errors") or {})["unknown_path"]
    status, pointer = unknown["status"], ("/probes/errors/unknown_path",)
    if status == 404:
        return passed("A random path was answered with 404.", evidence=pointer)
    if evidence.plan is not None and evidence.plan.get("hints", {}).get("framework") in PAGE_FRAMEWORKS:
        return not_applicable("The framework serves its one page on every path.")
    return failed(f"A random path was answered with {status or 'nothing'}.", evidence=pointer)


CHECK = Check(
    id="unknown_paths_are_404",
    version=1,
    title="Unknown paths answer 404",
    failed_title="Unknown paths do not answer 404",
    why="A service that answers 200 to everything, or 500 to a typing error, tells monitoring and clients nothing.",
    fix="Let the framework answer unknown paths, and remove catch-all routes that hide them.",
    category="deploy",
    weight=MEDIUM,
    effort="minutes",
    level=1,
    judge=judge,
    needs=("errors",),
    examples=(
        Example("not found", Evidence("general", probes={"errors": {"unknown_path": {"status": 404}}}), "pass"),
        Example("catch-all", Evidence("general", probes={"errors": {"unknown_path": {"status": 200}}}), "fail"),
        Example(
            "streamlit",
            Evidence(
                "ai", plan={"hints": {"framework": "streamlit"}}, probes={"errors": {"unknown_path": {"status": 200}}}
            ),
            "not_applicable",
        ),
    ),
)
