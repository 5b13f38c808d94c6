"""Containers in which the steps of builds run: the engine names them, so that a mark of ours has to tell them.

The mark is a name in their hosts file, which only the request of a build can set: no image and no step can forge it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.engine.api import Api
from sandbox.engine.buildnet import NETWORK
from sandbox.engine.owner import this_process

MARK = "assay-build-"
OWNER_MARK = "assay-owner-"
LOCAL = "127.0.0.1"


@dataclass(frozen=True)
class BuildStep:
    """`build` is the build's mark ("assay-build-<random>-<evaluation>"), `owner` the process that asked for it."""

    id: str
    build: str
    owner: str

    @property
    def evaluation(self) -> str:
        """Its evaluation's key, "" for an image of ours."""
        return self.build.removeprefix(MARK).partition("-")[2]


def hosts(build: str) -> list[str]:
    """The entries of the hosts file that mark the steps of one build."""
    return [f"{name}:{LOCAL}" for name in (build, OWNER_MARK + this_process())]


def build_steps(api: Api) -> Iterator[BuildStep]:
    """Every step of a build of ours that the engine has, running or not."""
    for summary in api.containers({}):
        mode = str((summary.get("HostConfig") or {}).get("NetworkMode") or "")
        if mode == NETWORK or mode.startswith("container:"):
            step = step_of(api.inspect(summary["Id"]))
            if step is not None:
                yield step


def step_of(inspected: Mapping[str, Any] | None) -> BuildStep | None:
    """What the engine's description of a container says, None when it is no step of ours."""
    entries = ((inspected or {}).get("HostConfig") or {}).get("ExtraHosts") or ()
    names = [entry.partition(":")[0] for entry in entries]
    builds = [name for name in names if name.startswith(MARK)]
    owners = [name.removeprefix(OWNER_MARK) for name in names if name.startswith(OWNER_MARK)]
    return BuildStep(str((inspected or {})["Id"]), builds[0], "".join(owners[:1])) if builds else None
