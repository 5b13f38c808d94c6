"""Does the job run from a clean clone to its end, without an error?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import CRITICAL, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    job = evidence.probe("job") or {}
    pointer = ("/probes/job/exit_code", "/probes/job/seconds")
    if job["state"] == "done" and not job.get("log_lines", 1) and not job.get("artefacts", True):
        return failed(
            f"It ended after {job['seconds']:.1f} s without an error, but printed nothing and left no file behind.",
            score=0.2,
            fix="Name the command that trains the model in the README, for example: python train.py.",
            evidence=pointer,
        )
    if job["state"] == "done":
        return passed(f"It ran to its end in {job['seconds']:.1f} s.", evidence=pointer)
    fault = evidence.fault or {}
    why = f": {fault['title']}" if fault.get("title") else ""
    return failed(f"It stopped after {job['seconds']:.1f} s{why}.", fix=fault.get("fix", ""), evidence=pointer)


CHECK = Check(
    id="job_runs_to_its_end",
    version=1,
    title="The job runs to its end",
    failed_title="The job does not run to its end",
    why=(
        "A pipeline that only runs on its author's machine cannot be checked, repeated or trained again. It is run "
        "from a clean clone, alone, without a network and within the limits."
    ),
    fix="Run it in a fresh clone with nothing but the requirements installed, and mend what stops it.",
    category="deploy",
    weight=CRITICAL,
    effort="hours",
    level=1,
    judge=judge,
    needs=("job",),
    examples=(
        Example(
            "ran",
            Evidence("ml", plan={"hints": {"job": {}}}, probes={"job": {"state": "done", "seconds": 4.2}}),
            "pass",
        ),
        Example(
            "did nothing",
            Evidence(
                "ml",
                plan={"hints": {"job": {}}},
                probes={"job": {"state": "done", "seconds": 0.1, "log_lines": 0, "artefacts": []}},
            ),
            "fail",
        ),
        Example(
            "stopped",
            Evidence("ml", plan={"hints": {"job": {}}}, probes={"job": {"state": "failed", "seconds": 1.0}}),
            "fail",
        ),
    ),
)
