"""`make bench`: an evaluation against doing it by hand, as ratios within one run, one JSON line each.

By hand is `docker build`, `docker run` and asking until the first healthy answer, with the same base image and none of
the limits. Each kind of evaluation is measured twice over: to the same point (`to_healthy`: fetched, built, deployed,
answering) and to its end (`all_probes`: everything but the load, with the restart, the strict start and the removal).
Shared machines are noisy: rounds alternate, and the ratio is of medians. `python -m tests.bench ROUNDS` (3).
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

from sandbox.engine.docker import DockerEngine
from sandbox.evaluation import evaluate
from sandbox.faults import Cancellation
from sandbox.images import resolve
from sandbox.limits import Limits

EXAMPLE = Path(__file__).resolve().parents[1] / "deploy" / "examples" / "churn-api"
SOURCE = Path("churn") / "__main__.py"
WHO = ("-c", "user.name=Bench", "-c", "user.email=bench@example.org")
LOOK_EVERY_S = 0.1
ROUNDS = 3
# What a kind of evaluation may take of the time by hand.
ALLOWED = {"first_time": 1.15, "same_commit_again": 0.15, "source_only_change": 0.35}


def repository(folder: Path) -> Path:
    """A copy of the example whose dependency layer nobody has built before, as a repository."""
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    requirements = folder / "requirements.txt"
    requirements.write_text(f"# {uuid.uuid4()}\n{requirements.read_text()}")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    commit(folder)
    return folder


def commit(folder: Path) -> None:
    for command in (["add", "."], ["commit", "-q", "-m", "All"]):
        subprocess.run(["git", *WHO, *command], cwd=folder, check=True)


def change_source(folder: Path) -> None:
    """What a student does between two evaluations: an edit that touches no dependency."""
    path = folder / SOURCE
    path.write_text(f"{path.read_text()}\n# {uuid.uuid4()}\n")
    commit(folder)


def by_hand(folder: Path, engine: DockerEngine) -> float:
    """Seconds of docker build, docker run and the first healthy answer, with the same base image."""
    dockerfile = folder / "Dockerfile"
    dockerfile.write_text(resolve(dockerfile.read_text(), engine, lambda _text: None).dockerfile)
    tag = f"assay-bench:{uuid.uuid4().hex[:8]}"
    started = time.monotonic()
    subprocess.run(["docker", "build", "-q", "-t", tag, str(folder)], check=True, capture_output=True)
    run = subprocess.run(
        ["docker", "run", "-d", "--rm", "-e", "PORT=8000", tag], check=True, capture_output=True, text=True
    )
    container = run.stdout.strip()
    ask = "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health', timeout=1)"
    while subprocess.run(
        ["docker", "exec", container, "python", "-c", ask], capture_output=True, check=False
    ).returncode:
        time.sleep(LOOK_EVERY_S)
    seconds = time.monotonic() - started
    subprocess.run(["docker", "rm", "-f", container], check=True, capture_output=True)
    subprocess.run(["docker", "rmi", tag], check=True, capture_output=True)
    return seconds


def evaluated(folder: Path) -> tuple[dict[str, float], int]:
    """({"to_healthy", "all_probes"} in seconds, how many steps of the build came from kept layers)."""
    started = time.monotonic()
    healthy_at: list[float] = []
    reused: list[str] = []

    def sink(event) -> None:
        if event.stage == "observing" and event.text.startswith("healthy on port"):
            healthy_at.append(time.monotonic())
        if event.stage == "building" and event.text.strip() == "---> Using cache":
            reused.append(event.text)

    ended = evaluate(
        str(folder),
        ref="",
        track="general",
        skip=("load",),
        limits=Limits(),
        sink=sink,
        cancellation=Cancellation(),
    )
    if ended.outcome != "scored" or not ended.evidence.healthy:
        sys.exit(f"the example is not healthy: {ended.evidence.fault}")
    seconds = {"to_healthy": healthy_at[0] - started, "all_probes": time.monotonic() - started}
    return seconds, len(reused)


def main(rounds: int) -> None:
    hand: list[float] = []
    taken: dict[tuple[str, str], list[float]] = {}
    steps: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as scratch, DockerEngine() as engine:
        for number in range(rounds):
            hand.append(by_hand(repository(Path(scratch) / f"hand-{number}"), engine))
            folder = repository(Path(scratch) / f"ours-{number}")
            for kind in ALLOWED:
                if kind == "source_only_change":
                    change_source(folder)
                seconds, steps[kind] = evaluated(folder)
                for until, value in seconds.items():
                    taken.setdefault((kind, until), []).append(value)
    reference = statistics.median(hand)
    print(json.dumps({"bench": "by_hand", "value": round(reference, 2), "unit": "s", "rounds": rounds}))
    for (kind, until), values in taken.items():
        line = {"bench": f"{kind}.{until}", "value": round(statistics.median(values), 2), "unit": "s"}
        ratio = round(statistics.median(values) / reference, 3)
        line |= {"ratio": ratio, "allowed": ALLOWED[kind], "within": ratio <= ALLOWED[kind]}
        print(json.dumps(line | {"steps_reused": steps[kind], "versus": "by_hand"}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
