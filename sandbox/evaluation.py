"""One evaluation from the command line: the pipeline with a throw-away workspace and progress on standard error."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterable
from pathlib import Path

from sandbox.engine.docker import DockerEngine
from sandbox.events import Sink
from sandbox.evidence import Evidence
from sandbox.limits import Limits
from sandbox.pipeline import Pipeline

# Faults that mean the source itself could not be read, in any stage's words (exit status 2).
STAGE_OF_SOURCE = "fetching"


def evaluate(source: str, *, ref: str, track: str, skip: Iterable[str], sink: Sink) -> Evidence:
    """All stages; HostFault and Cancelled are raised with nothing left running and nothing left on disk."""
    key = f"cli-{secrets.token_hex(5)}"
    engine = DockerEngine()
    with tempfile.TemporaryDirectory(prefix="assay-") as folder:
        try:
            return Pipeline(
                key=key,
                source=source,
                ref=ref,
                track=track,
                engine=engine,
                workspace=Path(folder),
                limits=Limits.from_environment(),
                sink=sink,
                skip=frozenset(skip),
            ).run()
        finally:
            engine.remove_image(f"assay/evaluation:{key}")
