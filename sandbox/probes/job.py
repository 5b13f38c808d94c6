"""Does the job run to its end, what does it leave behind, and what does it report of itself?"""

from __future__ import annotations

import time
from typing import Any

from sandbox.deployment import app_environment
from sandbox.engine import Service
from sandbox.faults import clean
from sandbox.jobs.artefacts import table
from sandbox.jobs.endings import ending, endless
from sandbox.jobs.metrics import MOST, READ_BYTES, differing, in_log, metrics_of
from sandbox.probes import Probe, Target

LOOK_S = 1.0
SHOWN_LINES = 20
LOG_BYTES = 512 * 1024
READ_FILES = 12
# One a second: fewer say nothing of the peak of a job that was over before.
ENOUGH_SAMPLES = 3
# A job this short is run again, to see whether it reports the same.
REPEATED_S = 60.0
SLACK_S = 30.0


def gather(target: Target) -> dict[str, Any]:
    """What docs/probes.md says; TeamFault, with all of it as evidence, when it fails or has no end."""
    seconds = _wait(target, target.service, target.started_at, target.limits.job_s, 0.0)
    state = target.service.state()
    if state.running:
        target.service.signal("SIGKILL")
        target.service.wait(SLACK_S)
    log = clean(target.service.logs(LOG_BYTES))
    document = _seen(target, target.service, log) | {
        "state": "failed" if state.running or state.exit_code or state.killed or state.oom_killed else "done",
        "exit_code": state.exit_code,
        "seconds": round(seconds, 2),
        "limit_s": target.limits.job_s,
    }
    if document["state"] == "failed":
        tree = target.workshop.tree if target.workshop else None
        late = endless(target.limits.job_s, target.plan, log) if state.running else None
        fault = late or ending(log, state, target.plan, tree)
        fault.evidence = document | {"repeat": {"ran": False, "why": "The first run failed."}}
        raise fault
    return document | {"repeat": _repeat(target, document)}


def _wait(target: Target, service: Service, since: float, limit_s: float, done: float) -> float:
    """Wait for the end, at most `limit_s`; the seconds since `since`."""
    while (passed := time.monotonic() - since) < limit_s:
        if not service.wait(min(LOOK_S, limit_s - passed)).running:
            break
        target.cancellation.check()
        target.say(f"running, {passed:.0f} s", min(0.95, done + passed / limit_s))
    return time.monotonic() - since


def _seen(target: Target, service: Service, log: str) -> dict[str, Any]:
    """Artefacts, metrics, log and what it cost."""
    samples = service.samples()
    samples = samples if len(samples) >= ENOUGH_SAMPLES else []
    changes = service.changes()
    root = str(target.image.config.get("working_dir") or "/app")
    root = "/app" if f"{root}/".startswith("/app/") else root
    lines = [line for line in log.split("\n") if line.strip()]
    artefacts = table(changes.paths, service.size_of, root)
    return {
        "kind": target.plan.hints["job"].get("kind", ""),
        "commands": target.plan.hints["job"].get("commands", []),
        "peak_bytes": max((sample.memory_bytes for sample in samples), default=None),
        "limit_bytes": target.limits.run_memory_bytes,
        "cpu_s": round(samples[-1].cpu_s, 2) if samples else None,
        "artefacts": artefacts["files"],
        "artefacts_more": artefacts["more"],
        "metrics": _metrics(target, service, artefacts["files"], root, log),
        "log_lines": len(lines),
        "tail": lines[-SHOWN_LINES:],
    }


def _metrics(
    target: Target, service: Service, files: list[dict[str, Any]], root: str, log: str
) -> list[dict[str, Any]]:
    """Of the files that hold metrics, those that the repository declares first, then of the log."""
    declared = [str(name) for name in target.plan.hints["job"].get("metrics", [])]
    told = [row["path"] for row in files if any(row["path"].endswith(name) for name in declared)]
    told += [row["path"] for row in files if row["kind"] in ("metrics", "notebook")]
    found: list[dict[str, Any]] = []
    for path in list(dict.fromkeys(told))[:READ_FILES]:
        at = path if path.startswith("/") else f"{root}/{path}"
        limit = 8 * READ_BYTES if path.endswith(".ipynb") else READ_BYTES
        found += metrics_of(path, service.read(at, limit).decode("utf-8", "replace"))
    return (found + in_log(log))[:MOST]


def _repeat(target: Target, first: dict[str, Any]) -> dict[str, Any]:
    """{ran, why, seconds, same, differing}: a second run in a fresh container of the same image."""
    if first["seconds"] > REPEATED_S:
        return {"ran": False, "why": f"It took more than {REPEATED_S:.0f} s."}
    if not first["metrics"]:
        return {"ran": False, "why": "It reported no metric that could be compared."}
    target.say("once more, to compare its metrics", 0.6)
    since = time.monotonic()
    plan = target.plan
    service = target.pod.start("again", target.image, command=plan.start, env=app_environment(plan))
    seconds = _wait(target, service, since, 2 * first["seconds"] + SLACK_S, 0.6)
    state = service.state()
    if state.running or state.exit_code:
        service.signal("SIGKILL")
        why = "The second run did not end in time." if state.running else f"It ended with exit code {state.exit_code}."
        return {"ran": True, "why": why, "seconds": round(seconds, 2), "same": False, "differing": []}
    second = _seen(target, service, clean(service.logs(LOG_BYTES)))
    rows = differing(first["metrics"], second["metrics"])
    return {"ran": True, "why": "", "seconds": round(seconds, 2), "same": not rows, "differing": rows[:10]}


PROBE = Probe("job", 1, 0, "job", "Does the job run to its end, and what does it leave behind?", gather)
