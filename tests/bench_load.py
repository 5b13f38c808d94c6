"""`make bench`'s part on loads: true (against wrk, and a server that freezes) and repeatable (ten times one commit).

    python -m tests.bench_load true                 about 2 minutes; needs root and the wrk package
    python -m tests.bench_load repeat [10] [ROWS]   about 2 minutes an evaluation, half of that for the slower one

One JSON line each. Both need a quiet machine: every step is gated, as in an evaluation, and an evaluation in which the
gate refused for longer than ASSAY_LIMIT_LOAD_GATE_S is told, left out and made once more. ROWS keeps what was measured,
so that the next quiet hour goes on from there: of the same commit, the same sandbox and the same start of the machine
only. Nothing here is a score.
"""

import json
import os
import re
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from sandbox.engine.docker import DockerEngine
from sandbox.evaluation import evaluate
from sandbox.faults import Cancellation
from sandbox.limits import Limits
from sandbox.load.gate import Gate
from sandbox.load.gauge import Gauge
from sandbox.load.generator import Generator
from sandbox.load.lane import load_lane
from sandbox.load.record import HostRecord
from sandbox.load.steps import closed, opened
from sandbox.probes import all_probes
from sandbox.report import report
from tests.bench import EXAMPLE, said
from tests.repository import commit

AGREE = 0.10
CAPACITY_CV, P95_CV, SAME_GRADE = 0.07, 0.10, 0.9
FROZEN_MS = 900.0
USERS, SECONDS, ROUNDS = 8, 5.0, 3
# Evaluations without a quiet host before it is given up: each may wait as long as the gate's whole budget.
PATIENCE = 2
COMMITTED_AT = "2026-01-01T12:00:00Z"
# wrk prints its distribution at 50, 75, 90 and 99 %: the 95th percentile it only tells a script.
SCRIPT = """
done = function(sum, lat, req)
  print(string.format("P95 %.3f RPS %.3f", lat:percentile(95) / 1000, sum.requests / sum.duration * 1e6))
end
"""
# One more burst of work for each request, as long as the whole request took before: half the capacity.
SLOWER = """

class Twice:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            until = time.perf_counter() + {seconds}
            while time.perf_counter() < until:
                pass
        await self.app(scope, receive, send)


app.add_middleware(Twice)
"""


def tell(bench, value, unit, **others):
    print(json.dumps({"bench": bench, "value": value, "unit": unit} | others), flush=True)


def cv(values):
    return statistics.stdev(values) / statistics.mean(values)


def true():
    """The generator and wrk in turn on one server with 1 ms of work a request; then the server that freezes."""
    if not shutil.which("wrk"):
        sys.exit("wrk is what this compares with: deploy/local/packages.sh bench installs it, or says how")
    key, record, limits = f"bench-{secrets.token_hex(4)}", HostRecord(), Limits.from_environment()
    with DockerEngine() as engine, load_lane(key, wait_s=600), engine.pod(key, limits) as pod, pod.lane("") as cores:
        gate = Gate(Gauge(pod, "", cores.app), record, limits)
        working = pod.aside("answerer", {"work_ms": 1.0}, cpuset=cores.app)
        port = next(event["port"] for event in working.events() if "port" in event)
        request = {"method": "GET", "path": "/", "body": "", "content_type": ""}
        asked = {"requests": [request], "users": 100, "health_path": "/"}
        generator = Generator(pod, asked | {"port": port})
        generator.run(closed("warm-up", USERS, 2.0))
        pid = engine.api.inspect(working.id)["State"]["Pid"]
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(gate.run(lambda: generator.run(closed("ours", USERS, SECONDS))))
            theirs.append(gate.run(lambda: wrk(pid, port, cores.generator)))
        for name, unit in (("rps", "requests/s"), ("p95_ms", "ms")):
            pair = [statistics.median(row[name] for row in rows) for rows in (ours, theirs)]
            ratio = round(pair[0] / pair[1], 3)
            valid = all(row["valid"] for row in (*ours, *theirs))
            tell(f"load.true.{name}", round(pair[0], 2), unit, wrk=round(pair[1], 2), ratio=ratio, allowed=AGREE,
                 within=abs(ratio - 1) <= AGREE, quiet=valid)  # fmt: skip
        freezing = pod.aside("answerer", {"freeze": [1.2, 6.0], "work_ms": 1.0}, cpuset=cores.app)
        port = next(event["port"] for event in freezing.events() if "port" in event)
        frozen = Generator(pod, asked | {"port": port}).run(opened("frozen", 50.0, 18.0, 100))
        tell("load.true.frozen_p95", frozen["p95_ms"], "ms", least=FROZEN_MS, within=frozen["p95_ms"] >= FROZEN_MS)


def wrk(pid, port, core):
    """One run of wrk with the same connections, in the same network namespace and on the generator's core."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT)
        script.flush()
        own = ["taskset", "-c", core] if core else []
        command = ["nsenter", "-t", str(pid), "-n", *own, "wrk", "-t1", f"-c{USERS}", f"-d{SECONDS:.0f}s"]
        command += ["-s", script.name, f"http://127.0.0.1:{port}/"]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    p95, rps = re.search(r"P95 ([\d.]+) RPS ([\d.]+)", said).groups()
    return {"p95_ms": float(p95), "rps": float(rps)}


def repeat(times, rows):
    """One commit so often, then a build that costs twice as much, which has to rank below it each time."""
    limits = Limits.from_environment()
    quick = {name: os.environ.get(f"ASSAY_LIMIT_{name.upper()}") or value for name, value in LEFT_OUT.items()}
    limits = Limits(**{**limits.to_json(), **{name: float(value) for name, value in quick.items()}})
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as scratch:
        folder = Path(scratch) / "original"
        shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
        subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
        original = quiet_ones(folder, limits, times, rows)
        for name, allowed in (("capacity_rps", CAPACITY_CV), ("p95_ms", P95_CV)):
            values = [row[name] for row in original]
            found = round(cv(values), 4)
            tell(f"load.repeat.{name}", round(statistics.median(values), 2), name.rpartition("_")[2], cv=found,
                 low=min(values), high=max(values), allowed=allowed, within=found <= allowed)  # fmt: skip
        grades = [row["grade"] for row in original]
        most = max(set(grades), key=grades.count)
        share = grades.count(most) / len(grades)
        tell("load.repeat.grade", round(share, 2), "share", grade=most, grades=grades, within=share >= SAME_GRADE)
        source = folder / "churn" / "main.py"
        seconds = 1 / statistics.median(row["capacity_rps"] for row in original)
        source.write_text(source.read_text() + SLOWER.format(seconds=round(seconds, 6)))
        slower = quiet_ones(folder, limits, times, rows, only_capacity=True)
        below = sum(b["capacity_rps"] < a["capacity_rps"] for a, b in zip(original, slower, strict=True))
        rate = statistics.median(row["capacity_rps"] for row in slower)
        tell("load.repeat.slower_below", below, "of", of=times, slower_rps=round(rate, 1), within=below == times)


def quiet_ones(folder, limits, times, rows, *, only_capacity=False):
    """So many evaluations of the folder's tree in which the host was quiet: those that `rows` has, and new ones."""
    commit(folder, at=COMMITTED_AT)
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    of = {"of": [said("git", "-C", str(folder), "rev-parse", "HEAD"), said("git", "rev-parse", "HEAD:sandbox"), boot]}
    found = [row for line in (rows.read_text().splitlines() if rows and rows.exists() else [])
             if of.items() <= (row := json.loads(line)).items()][:times]  # fmt: skip
    busy = 0
    while len(found) < times:
        row = once(folder, limits, len(found), only_capacity=only_capacity) | of
        if not row["quiet"]:
            busy += 1
            if busy > max(PATIENCE, len(found)):
                sys.exit("the host was not quiet often enough: nothing can be said")
            continue
        found.append(row)
        if rows:
            with rows.open("a") as file:
                print(json.dumps(row), file=file)
    kind = "slower" if only_capacity else "original"
    tell(f"load.repeat.{kind}.busy", busy, "evaluations without a quiet host, left out")
    return found


def tell_of_gate(number, event):
    """Why a step is sent again or waits, on the standard error as it happens."""
    if " because host busy" in event.text or "waiting for" in event.text:
        print(json.dumps({"run": number, "gate": event.text}), file=sys.stderr, flush=True)


# What says nothing about repeatability and would take the quiet minutes; set in the environment it counts.
LEFT_OUT = {"load_level_s": 1.0, "load_crowd_s": 1.0, "load_overload_s": 0.5, "load_recovery_s": 2.0, "load_soak_s": 0}
NEEDED = ("boot", "scenario", "load", "practice")


def once(folder, limits, number, *, only_capacity=False):
    """{capacity_rps, p95_ms, grade, quiet} of one whole evaluation."""
    if only_capacity:
        limits = Limits(**{**limits.to_json(), "load_window_s": 1.0})
    ended = evaluate(
        str(folder),
        ref="",
        track="general",
        skip=[probe.id for probe in all_probes() if probe.on == "service" and probe.id not in NEEDED],
        limits=limits,
        sink=lambda event: tell_of_gate(number, event),
        cancellation=Cancellation(),
    )
    load = ended.evidence.probe("load")
    if load is None:
        sys.exit(f"there was no load: {ended.evidence.fault or ended.evidence.probes.get('load')}")
    quiet = load["capacity"]["valid"] and (only_capacity or load["valid"])
    row = {"capacity_rps": load["capacity"]["rps"], "p95_ms": load["p95_ms"], "quiet": quiet}
    row["grade"] = report(ended.evidence, outcome=ended.outcome)["scorecard"]["grade"]
    spent = {"waited_s": load["gate"]["spent_s"], "refused": load["gate"]["refused"]}
    spent |= {"why": load["capacity"]["why"] or load["why"], "speed": load["gate"]["speed"]}
    spent |= {"ceiling_rps": load["generator"]["ceiling_rps"], "at_least": load["at_least"]}
    row["steps"] = [step["rps"] for step in load["steps"] if step["kind"] == "closed" and step["valid"]]
    row["windows"] = [step["p95_ms"] for step in load["steps"] if step["name"].startswith("standard") and step["valid"]]
    print(json.dumps({"run": number, "slower": only_capacity} | row | spent), file=sys.stderr, flush=True)
    return row


if __name__ == "__main__":
    if sys.argv[1:2] == ["true"]:
        true()
    else:
        repeat(int(sys.argv[2]) if len(sys.argv) > 2 else 10, Path(sys.argv[3]) if len(sys.argv) > 3 else None)
