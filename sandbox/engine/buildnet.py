"""The network of one build: a namespace with nothing in it but a door on 127.0.0.1, and a proxy behind that door.

    RUN steps ── namespace of `doorway` (no interface but lo) ──[socket handed over]── `egress` ── package indexes

No firewall rule and no right of root is needed: what a step may reach is what the proxy is willing to connect to.
Host, gateway, other builds, metadata addresses and DNS are all unreachable, since there is no interface to them.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from sandbox.downloads.offer import NONE, VOLUME, Offer
from sandbox.engine import Image, container
from sandbox.engine.api import Api
from sandbox.engine.capture import Frames, Lines, documents
from sandbox.engine.container import Host
from sandbox.engine.deadline import Deadline
from sandbox.engine.owner import EVALUATION, ROLE, evaluation_of, labels_for, name_of
from sandbox.engine.policy import HANDOVER, RunPolicy
from sandbox.engine.tool import command
from sandbox.faults import HostFault
from sandbox.indexes import Reach
from sandbox.limits import GIB, MIB, Limits

# Where the proxies stand, each cut off from the others. Our own images (never a team's) are built on it, too.
NETWORK = "assay-build"
ROLE_HERE = "build-network"
HANDOVER_VOLUME = "handover-"
DOOR = 3128
AT = f"http://127.0.0.1:{DOOR}"
# uv opens fifty to the index at the door, and as many through it.
CONNECTIONS = 128
OPEN_WITHIN_S = 30.0
# A page of an index is read as a document, one at a time.
MEMORY_BYTES, LARGEST_FILE = 512 * MIB, 4 * GIB
LOCAL = "localhost,127.0.0.1,::1"

# Programs on a Java machine read no proxy variables; no image keeps an ARG.
JAVA = "JAVA_TOOL_OPTIONS"
JAVA_OPTIONS = " ".join(
    [
        *(f"-D{scheme}.proxyHost=127.0.0.1 -D{scheme}.proxyPort={DOOR}" for scheme in ("http", "https")),
        "-Dhttp.nonProxyHosts=localhost|127.*",
        "-Daether.connector.http.useSystemProperties=true",
    ]
)
_JAVA_TOOLS = re.compile(r"\b(?:javac?|mvnw?|gradlew?|sbt|lein|kotlinc)\b")


def declarations(dockerfile: str) -> list[str]:
    """The ARG lines that a Dockerfile needs so that its steps find the way out."""
    return [f"ARG {JAVA}"] if _JAVA_TOOLS.search(dockerfile) else []


@dataclass(frozen=True)
class BuildNetwork:
    """`namespace` is the id of the container whose network the steps join; `contacts` tells what they asked for."""

    api: Api
    namespace: str
    egress: str
    downloads: Offer = NONE

    @property
    def mode(self) -> str:
        return f"container:{self.namespace}"

    def arguments(self, dockerfile: str) -> dict[str, str]:
        """Build arguments: those that every Dockerfile knows without ARG (Dockerfile reference), and declared ones."""
        names = {"HTTP_PROXY": AT, "HTTPS_PROXY": AT, "NO_PROXY": LOCAL}
        for_java = {JAVA: JAVA_OPTIONS} if f"ARG {JAVA}\n" in dockerfile else {}
        lower = {name.lower(): value for name, value in names.items()}
        return names | lower | for_java | dict(self.downloads.variables)

    def contacts(self) -> list[dict[str, Any]]:
        """{host, port, outcome, bytes} of each connection that has ended, in order; see sandbox/inside/egress.py."""
        return [one for one in self._said() if "host" in one]

    def files(self) -> list[dict[str, Any]]:
        """{download, how, bytes | why} of each file that the cache was asked for, in order."""
        return [one for one in self._said() if "download" in one]

    def _said(self) -> list[dict[str, Any]]:
        frames, lines = Frames(), Lines()
        said = b"".join(data for chunk in self.api.logs(self.egress, follow=False) for _, data in frames.feed(chunk))
        return list(documents(iter([*lines.feed(said), *lines.end()])))

    def check(self) -> None:
        """HostFault when the way out is gone: then a build that failed has not failed by itself."""
        for part in (self.namespace, self.egress):
            if not ((self.api.inspect(part) or {}).get("State") or {}).get("Running"):
                raise HostFault("engine_failed", "The network of the build went away while it ran", fix="Try again.")


@contextmanager
def build_network(
    host: Host,
    tools: Callable[[], Image],
    evaluation: str,
    reach: Reach,
    limits: Limits,
    *,
    downloads: Offer = NONE,
) -> Iterator[BuildNetwork]:
    """Make the namespace and its door, and take both away again. HostFault when they do not come up."""
    api, image, mark = host.api, tools(), secrets.token_hex(3)
    api.ensure_network(NETWORK)
    _remove_left_over(api, evaluation)
    labels = labels_for(evaluation, ROLE_HERE, limits.build_s)
    volume = name_of(evaluation, f"{HANDOVER_VOLUME}{mark}")
    policy = replace(
        RunPolicy.for_tools(image, runtime=host.runtime, swappiness=host.swappiness),
        memory_bytes=MEMORY_BYTES,
        stdin=False,
        volume=volume,
    )
    wire = f"{HANDOVER}/socket"
    made: list[str] = []
    starts: list[Future[str]] = []

    def start(role: str, network: str, **request: Any) -> str:
        placed = replace(policy, profile=role, network=network)
        if request.get("downloads"):
            placed = replace(placed, store=VOLUME, file_bytes=LARGEST_FILE)
        name = name_of(evaluation, f"{role}-{mark}")
        entrypoint = (*command(role), json.dumps({"handover": wire, **request}))
        created = container.create(api, name, placed, image.id, labels=labels, entrypoint=entrypoint)
        made.append(created)
        container.start(api, created, name, placed)
        return created

    def remove(part: str) -> None:
        with suppress(HostFault):  # the engine is away: whoever uses it next says so, and the reaper comes
            api.remove(part)

    # Side by side, since the engine takes its time with each: they wait for one another by themselves.
    with ThreadPoolExecutor(2, "assay-build-network") as both:
        try:
            api.create_volume(volume, labels)
            if downloads.request:
                api.ensure_store(VOLUME)
            starts.append(both.submit(start, "doorway", "none", port=DOOR, within_s=OPEN_WITHIN_S))
            way = {"named": list(reach.named), "public": reach.public, "bytes": limits.build_download_bytes}
            way |= {"connections": CONNECTIONS, "downloads": downloads.request}
            starts.append(both.submit(start, "egress", NETWORK, **way))
            network = BuildNetwork(api, starts[0].result(), starts[1].result(), downloads)
            _wait_until_open(network)
            yield network
        finally:
            wait(starts)  # what is just being made has to be known before it is removed
            list(both.map(remove, made))
            with suppress(HostFault):
                api.remove_volume(volume)


def _remove_left_over(api: Api, evaluation: str) -> None:
    """What an attempt whose engine went away could not remove."""
    for summary in api.containers({"label": [f"{EVALUATION}={evaluation}", f"{ROLE}={ROLE_HERE}"]}):
        if evaluation_of(summary) == evaluation:
            api.remove(summary["Id"])
    for volume in api.volumes():
        if volume["Name"].startswith(name_of(evaluation, HANDOVER_VOLUME)):
            api.remove_volume(volume["Name"])


def _wait_until_open(network: BuildNetwork) -> None:
    stream, said = network.api.logs(network.namespace, follow=True), b""
    with Deadline(OPEN_WITHIN_S, stream.close):
        for chunk in stream:
            said += chunk
            if b'"open"' in said:
                stream.close()
                return
    network.check()
    raise HostFault("engine_failed", "The network of the build did not come up", fix="Try again.")
