"""One evaluation from the command line: the pipeline with a throw-away workspace, and how it ended."""

from __future__ import annotations

import platform
import secrets
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from sandbox import __version__
from sandbox.engine.owner import temporary_prefix
from sandbox.events import Sink
from sandbox.evidence import Evidence
from sandbox.faults import Cancellation, Cancelled, HostFault
from sandbox.limits import Limits
from sandbox.pipeline import STAGES, Pipeline
from sandbox.undertaker import undertaker

FETCHING = STAGES[0]


@dataclass(frozen=True)
class Ended:
    """The evidence as far as it goes. `outcome` is the report's: "aborted" is our fault, which the evidence names."""

    evidence: Evidence
    outcome: Literal["scored", "aborted", "cancelled"]

    @property
    def is_source_bad(self) -> bool:
        """There was nothing to evaluate: the source itself could not be read."""
        fault = self.evidence.fault
        return self.outcome == "scored" and fault is not None and fault["stage"] == FETCHING


def evaluate(
    source: str,
    *,
    ref: str,
    track: str,
    skip: Iterable[str],
    limits: Limits,
    sink: Sink,
    cancellation: Cancellation,
) -> Ended:
    """All stages. Whatever the end, nothing is left running and nothing is left on disk."""
    from sandbox.engine.docker import DockerEngine  # judging stored evidence must not need the Docker SDK

    key = f"cli-{secrets.token_hex(5)}"
    try:
        engine = DockerEngine()
    except HostFault as error:
        host = {"cpu": platform.processor(), "cores": 0, "memory_bytes": 0, "limits": limits.to_json()}
        host |= {"engine": "", "runtime": "", "assay": __version__}
        return Ended(Evidence(track=track or "general", fault=error.fault(FETCHING).to_json(), host=host), "aborted")
    with engine, undertaker(key) as went_well, tempfile.TemporaryDirectory(prefix=temporary_prefix("run")) as folder:
        pipeline = Pipeline(
            key=key,
            source=source,
            ref=ref,
            track=track,
            engine=engine,
            workspace=Path(folder),
            limits=limits,
            sink=sink,
            cancellation=cancellation,
            skip=frozenset(skip),
        )
        try:
            ended = _run(pipeline)
            if ended.outcome == "scored" and ended.evidence.fault is None:
                went_well()
            return ended
        finally:
            with suppress(HostFault):  # the engine has gone, and the evidence says so already
                engine.remove_images(key)


def _run(pipeline: Pipeline) -> Ended:
    for stage in STAGES:
        try:
            pipeline.step(stage)
        except HostFault as error:
            return Ended(replace(pipeline.evidence(), fault=error.fault(stage).to_json()), "aborted")
        except (Cancelled, KeyboardInterrupt):
            return Ended(pipeline.evidence(), "cancelled")
    return Ended(pipeline.evidence(), "scored")
