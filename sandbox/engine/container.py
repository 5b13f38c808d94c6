"""Making one container under a policy, and refusing it when the engine made something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.engine import process
from sandbox.engine.api import Api, EngineRefusal
from sandbox.engine.policy import RunPolicy
from sandbox.faults import HostFault, SandboxError, TeamFault

# The engine's words when the image, not the host, is why a process could not be started. (A command that is not there
# is told by init, in the log of a container that starts and ends with exit status 127.)
IMAGES_OWN = (
    "unable to find user",
    "unable to find group",
    "uids and gids must be in range",
    "chdir to cwd",
    "not a directory",
    "invalid user",
)
NO_COMMAND = "no command specified"


@dataclass(frozen=True)
class Host:
    """What a pod needs to know of the engine below it."""

    api: Api
    runtime: str
    swappiness: int | None
    cores: tuple[int, ...]
    remapped: bool = False


def create(
    api: Api,
    name: str,
    policy: RunPolicy,
    image: str,
    *,
    labels: Mapping[str, str],
    command: Sequence[str] = (),
    entrypoint: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
) -> str:
    """Create a container, compare it with the policy, and return its id. It is removed again when it differs."""
    document: dict[str, Any] = policy.create_arguments()
    document |= {
        "Image": image,
        "Labels": dict(labels),
        "Env": [f"{key}={value}" for key, value in (env or {}).items()],
    }
    if command:
        document["Cmd"] = list(command)
    if entrypoint:
        document["Entrypoint"] = list(entrypoint)
    try:
        container = api.create(name, document)
    except EngineRefusal as refusal:
        raise _explained(refusal) from refusal
    refuse(api, container, name, differences(api, container, policy))
    return container


def start(api: Api, container: str, name: str, policy: RunPolicy, *, owner: str = "") -> None:
    """Start it and compare again, with what the kernel says too; killed and removed when it differs.

    `owner` is the container whose network namespace it has joined.
    """
    try:
        api.start(container)
    except EngineRefusal as refusal:
        raise _explained(refusal) from refusal
    refuse(api, container, name, differences(api, container, policy, owner=owner))


def differences(api: Api, container: str, policy: RunPolicy, *, owner: str = "") -> list[str]:
    """One sentence for each way in which the live container is not as the policy says."""
    inspected = api.inspect(container)
    if inspected is None:
        return ["the container is gone"]
    found = policy.differences(inspected)
    pid = pid_of(inspected)
    if process.is_visible(pid, container):
        other = pid_of(api.inspect(owner) or {}) if owner else 0
        shared = other if other and process.is_visible(other, owner) else 0
        found += process.differences(
            pid,
            shares_network_with=shared,
            runtime=policy.runtime,
            remapped=policy.remapped,
            alone=policy.network.partition(":")[0] in ("none", "container"),
            links=policy.links,
            capabilities=policy.capabilities,
        )
    return found


def refuse(api: Api, container: str, name: str, found: Sequence[str]) -> None:
    """Remove a container that differs from its policy and raise HostFault("sandbox_policy")."""
    if not found:
        return
    api.remove(container)
    raise HostFault(
        "sandbox_policy",
        f"The container {name} is not as the policy says, so it was not used",
        detail="\n".join(found),
        fix="Compare the engine's version and settings with docs/security.md; `assay doctor` tries each line.",
    )


def pid_of(inspected: Mapping[str, Any]) -> int:
    """The number of its first process on the engine's machine; 0 when it does not run."""
    return int((inspected.get("State") or {}).get("Pid") or 0)


def _explained(refusal: EngineRefusal) -> SandboxError:
    said = refusal.message.lower()
    if NO_COMMAND in said:
        return TeamFault(
            "no_command",
            "The image does not say what to start",
            detail=refusal.message,
            fix='Add a CMD to the Dockerfile, such as CMD ["python", "app.py"].',
        )
    if any(words in said for words in IMAGES_OWN):
        return TeamFault(
            "cannot_start",
            "The image cannot be started as it says",
            detail=refusal.message,
            fix="Check the USER and the WORKDIR in the Dockerfile: both have to exist in the image.",
        )
    return refusal
