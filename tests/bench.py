"""`make bench`: an evaluation against doing it by hand, as ratios within one run, one JSON line each.

By hand is `docker build`, `docker run` with a published port and asking until the first healthy answer, with the same
base image, the steps before the dependencies kept, and none of the limits. Two figures stand beside it for each kind of
evaluation, both without load:
  to_healthy  fetched, planned, built, deployed and answering: the same work as by hand, so this is what issue 4 bounds
  whole       to its end, with every probe but the load. What it does after the first answer (it asks, hurts, restarts,
              trains and runs the team's tests) nobody does by hand, so there is no sum to hold it to: it is stated and
              not bounded
An evaluation is asked of a process that runs already, as a worker's is; the docker command starts anew each time.
Shared machines are noisy: rounds alternate, and the ratio is of medians; the whole is measured once a kind.
`python -m tests.bench ROUNDS` (3).
"""

import http.client
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Collection
from pathlib import Path

from sandbox.engine.docker import DockerEngine
from sandbox.evaluation import evaluate
from sandbox.faults import Cancellation
from sandbox.images import resolve
from sandbox.limits import Limits
from sandbox.probes import all_probes
from tests.repository import commit

EXAMPLE = Path(__file__).resolve().parents[1] / "deploy" / "examples" / "churn-api"
SOURCE = Path("churn") / "__main__.py"
LOOK_EVERY_S = 0.02
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
    container = said("docker", "run", "-d", "--rm", "-e", "PORT=8000", "-p", "127.0.0.1::8000", tag)
    address = said("docker", "port", container, "8000").splitlines()[0]
    while not is_healthy(f"http://{address}/health"):
        time.sleep(LOOK_EVERY_S)
    seconds = time.monotonic() - started
    subprocess.run(["docker", "rm", "-f", container], check=True, capture_output=True)
    subprocess.run(["docker", "rmi", tag], check=True, capture_output=True)
    return seconds


def said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def is_healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=1) as answer:
            return answer.status == 200
    except (OSError, http.client.HTTPException):
        return False


def evaluated(folder: Path, skip: Collection[str]) -> tuple[dict[str, float], int]:
    """({"to_healthy", "whole"} in seconds, how many steps of the build came from kept layers)."""
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
        skip=skip,
        limits=Limits(),
        sink=sink,
        cancellation=Cancellation(),
    )
    if ended.outcome != "scored" or not ended.evidence.healthy:
        sys.exit(f"the example is not healthy: {ended.evidence.fault}")
    seconds = {"to_healthy": healthy_at[0] - started, "whole": time.monotonic() - started}
    return seconds, len(reused)


def main(rounds: int) -> None:
    hand: list[float] = []
    taken: dict[tuple[str, str], list[float]] = {}
    steps: dict[str, int] = {}
    # What comes after the first healthy answer does not change when that was; the last round takes it all the same.
    after = tuple(probe.id for probe in all_probes() if probe.on != "source" and probe.id != "boot")
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as scratch, DockerEngine() as engine:
        for number in range(rounds):
            hand.append(by_hand(repository(Path(scratch) / f"hand-{number}"), engine))
            folder = repository(Path(scratch) / f"ours-{number}")
            for kind in ALLOWED:
                if kind == "source_only_change":
                    change_source(folder)
                is_whole = number == rounds - 1
                seconds, steps[kind] = evaluated(folder, ("load",) if is_whole else after)
                for until in ("to_healthy", "whole") if is_whole else ("to_healthy",):
                    taken.setdefault((kind, until), []).append(seconds[until])
    reference = statistics.median(hand)
    print(json.dumps({"bench": "by_hand", "value": round(reference, 2), "unit": "s", "rounds": rounds}))
    for (kind, until), values in taken.items():
        line = {"bench": f"{kind}.{until}", "value": round(statistics.median(values), 2), "unit": "s"}
        ratio = round(statistics.median(values) / reference, 3)
        line |= {"ratio": ratio}
        if until == "to_healthy":
            line |= {"allowed": ALLOWED[kind], "within": ratio <= ALLOWED[kind]}
        print(json.dumps(line | {"steps_reused": steps[kind], "versus": "by_hand"}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
