"""`make bench`: installing packages in a build through the download cache, against the same from the index itself.

The same installation, alternately with the cache on (its files are there) and off, each in a build that keeps no step.
The time of a build without any installation is taken off both. `python -m tests.bench_downloads ROUNDS` (3).
"""

import json
import os
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path

from sandbox.engine.docker import DockerEngine
from sandbox.images import resolution
from sandbox.limits import Limits

ROUNDS = 3
PIP = "pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore"
STEPS = {
    "python:3.12-slim": f"{PIP} flask fastapi uvicorn httpx pydantic jinja2",
    "node:22-slim": "npm install --no-audit --no-fund express@4",
}
# What the cache may take of the time from the index. Beside a mirror next door, which answers within milliseconds,
# npm's many small documents leave nothing to win; then it must not cost much either.
ALLOWED = {"pip": 1.0, "npm": 1.3}


def seconds(engine: DockerEngine, image: str, step: str, switch: str) -> float:
    os.environ["ASSAY_DOWNLOADS"] = switch
    key = f"bench-{uuid.uuid4().hex[:8]}"
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as empty:
        lines = f"FROM {image}\nWORKDIR /srv\nRUN {step}\n"
        engine.build(
            Path(empty),
            lines,
            reference=f"assay/evaluation:{key}",
            labels={"assay.evaluation": key},
            limits=Limits(),
        )
    taken = time.monotonic() - started
    engine.remove_images(key)
    return taken


def main(rounds: int) -> None:
    with DockerEngine(caches=False) as engine:
        for wanted, step in STEPS.items():
            image = resolution.find(wanted, engine, lambda _text: None).used
            seconds(engine, image, step, "on")  # fills it
            taken: dict[str, list[float]] = {"on": [], "off": [], "bare": []}
            for _ in range(rounds):
                taken["bare"].append(seconds(engine, image, "true", "off"))
                for switch in ("off", "on"):
                    taken[switch].append(seconds(engine, image, step, switch))
            bare, off, on = (statistics.median(taken[name]) for name in ("bare", "off", "on"))
            ratio = round((on - bare) / (off - bare), 3)
            client = step.split()[0]
            line = {"bench": f"downloads.{client}", "value": round(on - bare, 2), "unit": "s", "ratio": ratio}
            line |= {"allowed": ALLOWED[client], "within": ratio <= ALLOWED[client], "versus": "from_the_index"}
            print(json.dumps(line | {"from_the_index": round(off - bare, 2), "rounds": rounds}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
