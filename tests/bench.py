"""`make bench`: ratios measured within one run, one JSON line each. Shared machines are noisy; a ratio is less so."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

from sandbox.engine.docker import DockerEngine
from sandbox.evaluation import evaluate
from sandbox.events import nobody
from sandbox.images import resolve

EXAMPLE = Path(__file__).resolve().parents[1] / "deploy" / "examples" / "churn-api"
SERVICE_PROBES = ("load", "scenario", "metrics", "errors", "memory", "logs", "shutdown", "restart", "strict")


def repository(folder: Path) -> Path:
    """A copy of the example whose dependency layer nobody has built before, as a repository."""
    shutil.copytree(EXAMPLE, folder)
    requirements = folder / "requirements.txt"
    requirements.write_text(f"# {uuid.uuid4()}\n{requirements.read_text()}")
    who = ["-c", "user.name=Bench", "-c", "user.email=bench@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "All"]):
        subprocess.run(["git", *who, *command], cwd=folder, check=True)
    return folder


def by_hand(folder: Path) -> float:
    """Seconds of docker build, docker run and the first healthy answer, with the same base image."""
    engine = DockerEngine()
    (folder / "Dockerfile").write_text(
        resolve((folder / "Dockerfile").read_text(), engine, lambda _text: None).dockerfile
    )
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
        time.sleep(0.1)
    seconds = time.monotonic() - started
    subprocess.run(["docker", "rm", "-f", container], check=True, capture_output=True)
    subprocess.run(["docker", "rmi", tag], check=True, capture_output=True)
    return seconds


def ours(folder: Path) -> float:
    started = time.monotonic()
    evidence = evaluate(str(folder), ref="", track="general", skip=SERVICE_PROBES, sink=nobody)
    if not evidence.healthy:
        sys.exit(f"the example is not healthy: {evidence.fault}")
    return time.monotonic() - started


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        hand = by_hand(repository(Path(scratch) / "hand"))
        first = repository(Path(scratch) / "ours")
        whole, again = ours(first), ours(first)
    for bench, value in (("evaluation_to_healthy", whole), ("same_commit_again", again)):
        line = {
            "bench": bench,
            "value": round(value, 2),
            "unit": "s",
            "versus": "docker build, run, first answer by hand",
        }
        print(json.dumps(line | {"ratio": round(value / hand, 3)}))


if __name__ == "__main__":
    main()
