"""Does the job say how good its result is, in a form that a program can read?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, passed

# A line in a log tells a person; the next run cannot be compared with it by a program.
ONLY_PRINTED = 0.6


def judge(evidence: Evidence) -> Finding:
    rows = (evidence.probe("job") or {})["metrics"]
    pointer = ("/probes/job/metrics",)
    if not rows:
        return failed("It reports no metric, in no file and in no line of its log.", evidence=pointer)
    written = [row for row in rows if row["source"] != "log" and not row["source"].endswith(".ipynb")]
    shown = ", ".join(f"{row['name']} {row['value']:.4g}" for row in (written or rows)[:3])
    if written:
        return passed(f"{written[0]['source']} holds {shown}.", evidence=pointer)
    return passed(
        f"It prints {shown}, but writes them to no file.",
        score=ONLY_PRINTED,
        fix="Write the metrics to metrics.json at the end of the run, beside printing them.",
        evidence=pointer,
    )


def _example(*rows: tuple[str, str]) -> Evidence:
    metrics = [{"name": name, "value": 0.93, "source": source} for name, source in rows]
    return Evidence("ml", plan={"hints": {"job": {}}}, probes={"job": {"metrics": metrics}})


CHECK = Check(
    id="job_reports_metrics",
    version=1,
    title="The job reports its metrics",
    failed_title="The job reports no metrics",
    why=(
        "Without a figure nobody can tell whether the next model is better. In a file a program can compare them; what "
        "the figures are is shown and never judged."
    ),
    fix="Compute a metric on data that was held out and write it to metrics.json.",
    category="track",
    weight=HIGH,
    effort="minutes",
    level=1,
    judge=judge,
    needs=("job",),
    tracks=("ml",),
    follows="job_runs_to_its_end",
    examples=(
        Example("a file", _example(("accuracy", "metrics.json")), "pass"),
        Example("printed", _example(("accuracy", "log")), "pass"),
        Example("nothing", _example(), "fail"),
    ),
)
