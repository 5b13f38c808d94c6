"""Images: reading an inspect document, pulling, and making one of a root file system archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox.engine import Image
from sandbox.engine.api import NO_SPACE, Api, EngineRefusal, Stream, disk_full
from sandbox.engine.capture import Lines, documents
from sandbox.engine.deadline import Deadline
from sandbox.faults import HostFault

CHUNK = 1024 * 1024
PULL_S = 900.0
IMPORT_S = 600.0


def to_image(document: Mapping[str, Any]) -> Image:
    """An image as the seam shows it, of the engine's description."""
    config = document.get("Config") or {}
    return Image(
        id=str(document["Id"]),
        bytes=int(document.get("Size") or 0),
        config={
            "user": config.get("User") or "",
            "exposed": sorted(config.get("ExposedPorts") or ()),
            "healthcheck": config.get("Healthcheck"),
            "entrypoint": config.get("Entrypoint") or [],
            "command": config.get("Cmd") or [],
            "working_dir": config.get("WorkingDir") or "",
            "volumes": sorted(config.get("Volumes") or ()),
            "env_names": sorted({entry.partition("=")[0] for entry in config.get("Env") or ()}),
            "stop_signal": config.get("StopSignal") or "",
            "repo_digests": sorted(document.get("RepoDigests") or ()),
            "onbuild": list(config.get("OnBuild") or ()),
        },
    )


def pull(api: Api, reference: str) -> Image:
    """HostFault("image_unavailable") when the registry does not give it, with its words as the detail."""
    try:
        error = _run(api.pull(reference), PULL_S)
    except EngineRefusal as refusal:
        error = refusal.message
    document = None if error else api.inspect_image(reference)
    if document is None:
        raise HostFault(
            "image_unavailable",
            f"The image {reference} could not be pulled",
            detail=error,
            fix="Check that this machine reaches the registry, or give the engine a mirror.",
        )
    return to_image(document)


def load_root(api: Api, root_tar: Path, reference: str, changes: Sequence[str]) -> Image:
    """Import an archive of a root file system under `reference`."""
    with root_tar.open("rb") as stream:
        error = _run(api.import_root(iter(lambda: stream.read(CHUNK), b""), reference, changes), IMPORT_S)
    document = None if error else api.inspect_image(reference)
    if document is None:
        raise HostFault("engine_failed", f"The image {reference} could not be imported", detail=error)
    return to_image(document)


def _run(stream: Stream, seconds: float) -> str:
    """Read an operation to its end; returns its error, "" when there was none."""
    error = ""
    with Deadline(seconds, stream.close) as deadline:
        for document in documents(_lines(stream)):
            error = str(document.get("error") or error)
    if deadline.passed:
        return f"It was not done after {seconds:.0f} seconds."
    if NO_SPACE in error.lower():
        raise disk_full(error)
    return error


def _lines(stream: Iterable[bytes]) -> Iterator[bytes]:
    lines = Lines()
    for chunk in stream:
        yield from lines.feed(chunk)
    yield from lines.end()
