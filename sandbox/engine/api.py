"""What the rooms of this package ask of a container engine's API. `docker.py` is the one that answers it.

Every method raises HostFault when the engine fails, and EngineRefusal when it understood and said no.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from sandbox.faults import HostFault


class EngineRefusal(HostFault):
    """The engine answered with a 4xx or 5xx of its own. `status` is the HTTP status, `message` its words."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__("engine_failed", "The container engine refused a request", detail=message)
        self.status, self.message = status, message


NO_SPACE = "no space left on device"


def disk_full(detail: str) -> HostFault:
    return HostFault(
        "disk_full",
        "The disk of the container engine is full",
        detail=detail,
        fix="Free some space below the engine's data folder (`docker system df` shows what takes it).",
    )


class Stream(Protocol):
    """Bytes as they come. `close()` may be called from another thread, and ends the iteration."""

    def __iter__(self) -> Iterator[bytes]: ...
    def close(self) -> None: ...


class Api(Protocol):
    """The engine's API in the engine's own terms: documents are those of the Docker Engine API 1.41."""

    local: bool  # the engine answers on a socket of this machine

    def info(self) -> dict[str, Any]: ...
    def close(self) -> None: ...

    def inspect_image(self, reference: str) -> dict[str, Any] | None: ...
    def images(self, repository: str) -> list[dict[str, Any]]: ...
    def all_images(self) -> list[dict[str, Any]]:
        """Every image with its `ParentId`, the steps of builds among them."""
        ...

    def history(self, reference: str) -> list[dict[str, Any]]:
        """The steps that made an image, the last one first; [] when it is gone."""
        ...

    def tag(self, image: str, reference: str) -> None: ...
    def remove_image(self, reference: str, *, force: bool = True, prune: bool = True) -> None:
        """By name or id; `prune` takes the untagged steps below it along, as far as nothing else needs them."""
        ...

    def pull(self, reference: str) -> Stream: ...
    def import_root(self, root: Iterable[bytes], reference: str, changes: Iterable[str]) -> Stream: ...
    def build(self, context: Iterable[bytes], parameters: Mapping[str, Any]) -> Stream: ...

    def create(self, name: str, document: Mapping[str, Any]) -> str: ...
    def start(self, container: str) -> None: ...
    def update(self, container: str, resources: Mapping[str, Any]) -> None:
        """Change limits of a container, running or not: {"CpusetCpus": "1"}."""
        ...

    def kill(self, container: str, signal: str = "SIGKILL") -> None:
        """Send a signal; nothing happens when it does not run any more."""
        ...

    def pause(self, container: str, *, paused: bool) -> None:
        """Freeze every process of it, or let them go on; nothing happens when it does not run, or is so already."""
        ...

    def remove(self, container: str) -> None:
        """Kill and remove with its anonymous volumes; nothing happens when it is gone."""
        ...

    def inspect(self, container: str, *, size: bool = False) -> dict[str, Any] | None: ...
    def containers(self, filters: Mapping[str, list[str]]) -> list[dict[str, Any]]:
        """Containers, running or not, as the list gives them."""
        ...

    def logs(self, container: str, *, follow: bool, since: float = 0.0) -> Stream: ...
    def archive(self, container: str, path: str) -> Stream:
        """A file or folder of a container as a tar archive."""
        ...

    def changes(self, container: str) -> Stream:
        """The paths that differ from the image, as one JSON document: [{"Path", "Kind"}] or null."""
        ...

    def stat(self, container: str, path: str) -> str:
        """What is at a path: base64 of {"name", "size", "mode", "mtime", "linkTarget"}."""
        ...

    def attach(self, container: str) -> socket.socket: ...
    def stats(self, container: str) -> dict[str, Any]: ...
    def oom_events(self, containers: Iterable[str], since: float) -> int: ...

    def create_volume(self, name: str, labels: Mapping[str, str]) -> None:
        """A small file system in memory that several containers may mount."""
        ...

    def ensure_store(self, name: str) -> None:
        """A volume on the engine's disk that stays; kept when it is there."""
        ...

    def remove_volume(self, name: str) -> None: ...
    def volumes(self) -> list[dict[str, Any]]: ...
    def networks(self) -> list[dict[str, Any]]: ...
    def remove_network(self, name: str) -> None: ...
    def ensure_network(self, name: str) -> None:
        """A bridge of that name, on which containers do not reach each other; kept when it is there."""
        ...
