"""The Docker SDK: the only module that imports it, and the only one that reads its errors."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import docker
import requests
import urllib3
from docker import errors
from docker.types import CancellableStream

from sandbox.engine.api import NO_SPACE, EngineRefusal, Stream, disk_full
from sandbox.faults import HostFault

ANSWER_S = 60
CHUNK = 64 * 1024
SDK_ERRORS = (errors.DockerException, requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError)
OUR_OWN = "org.assay.network"


class DockerApi:
    """`Api` through the SDK's low-level client; see there what each method does."""

    def __init__(self) -> None:
        with faults():
            self._client = docker.APIClient(
                version="auto", timeout=ANSWER_S, max_pool_size=32, **docker.utils.kwargs_from_env()
            )
        self.local = self._client.base_url.startswith("http+docker://localhost")

    def close(self) -> None:
        self._client.close()

    def info(self) -> dict[str, Any]:
        with faults():
            return dict(self._client.info())

    def inspect_image(self, reference: str) -> dict[str, Any] | None:
        with faults():
            try:
                return dict(self._client.inspect_image(reference))
            except errors.NotFound:
                return None

    def images(self, repository: str) -> list[dict[str, Any]]:
        with faults():
            return list(self._client.images(filters={"reference": f"{repository}:*"}))

    def all_images(self) -> list[dict[str, Any]]:
        with faults():
            return list(self._client.images(all=True))

    def history(self, reference: str) -> list[dict[str, Any]]:
        with faults():
            try:
                return list(self._client.history(reference))
            except errors.NotFound:
                return []

    def tag(self, image: str, reference: str) -> None:
        repository, _, tag = _split_tag(reference)
        with faults():
            self._client.tag(image, repository, tag, force=True)

    def remove_image(self, reference: str, *, force: bool = True, prune: bool = True) -> None:
        with faults(), suppress(errors.NotFound):
            try:
                self._client.remove_image(reference, force=force, noprune=not prune)
            except errors.APIError as error:
                # While it went down the steps below, another removal was faster.
                if "unrecognized image id" not in str(error.explanation).lower():
                    raise

    def pull(self, reference: str) -> Stream:
        name, _, tag = reference.partition("@") if "@" in reference else _split_tag(reference)
        with faults():
            return self._post("/images/create", {"fromImage": name, "tag": tag})

    def import_root(self, root: Iterable[bytes], reference: str, changes: Iterable[str]) -> Stream:
        repository, _, tag = _split_tag(reference)
        query = {"fromSrc": "-", "repo": repository, "tag": tag, "changes": list(changes)}
        return self._post("/images/create", query, root)

    def build(self, context: Iterable[bytes], parameters: Mapping[str, Any]) -> Stream:
        return self._post("/build", parameters, context)

    def create(self, name: str, document: Mapping[str, Any]) -> str:
        with faults():
            return str(self._client.create_container_from_config(dict(document), name or None)["Id"])

    def start(self, container: str) -> None:
        with faults():
            self._client.start(container)

    def update(self, container: str, resources: Mapping[str, Any]) -> None:
        with faults():
            _checked(
                self._client.post(self._url(f"/containers/{container}/update"), json=dict(resources), timeout=ANSWER_S)
            )

    def kill(self, container: str, signal: str = "SIGKILL") -> None:
        with faults():
            try:
                self._client.kill(container, signal)
            except errors.APIError as error:
                if error.status_code not in (404, 409):  # gone, or not running
                    raise

    def pause(self, container: str, *, paused: bool) -> None:
        with faults():
            try:
                (self._client.pause if paused else self._client.unpause)(container)
            except errors.APIError as error:
                # Gone, not running, or so already: for one that is not paused the engine says 500.
                if error.status_code not in ((404, 409) if paused else (404, 409, 500)):
                    raise

    def remove(self, container: str) -> None:
        with faults():
            try:
                self._client.remove_container(container, force=True, v=True)
            except errors.APIError as error:
                if error.status_code not in (404, 409):  # gone, or another removal of it is under way
                    raise

    def inspect(self, container: str, *, size: bool = False) -> dict[str, Any] | None:
        with faults():
            try:
                if not size:
                    return dict(self._client.inspect_container(container))
                return dict(self._get(f"/containers/{container}/json", {"size": 1}).json())
            except errors.NotFound:
                return None

    def containers(self, filters: Mapping[str, list[str]]) -> list[dict[str, Any]]:
        with faults():
            return list(self._client.containers(all=True, filters=dict(filters)))

    def logs(self, container: str, *, follow: bool, since: float = 0.0) -> Stream:
        query = {"stdout": 1, "stderr": 1, "follow": int(follow), "since": f"{since:.9f}"}
        with faults():
            # No read timeout: a service that says nothing is no fault. The container's end ends the stream.
            timeout = (ANSWER_S, None) if follow else (ANSWER_S, ANSWER_S)
            return _Stream(self._get(f"/containers/{container}/logs", query, stream=True, timeout=timeout))

    def archive(self, container: str, path: str) -> Stream:
        with faults():
            return _Stream(self._get(f"/containers/{container}/archive", {"path": path}, stream=True))

    def changes(self, container: str) -> Stream:
        with faults():
            return _Stream(self._get(f"/containers/{container}/changes", {}, stream=True))

    def stat(self, container: str, path: str) -> str:
        with faults():
            address = self._url(f"/containers/{container}/archive")
            response = _checked(self._client.head(address, params={"path": path}, timeout=ANSWER_S))
            return str(response.headers["X-Docker-Container-Path-Stat"])

    def attach(self, container: str) -> socket.socket:
        with faults():
            query = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
            raw = self._client.attach_socket(container, params=query)
            if isinstance(raw, socket.socket):  # TLS: it cannot be duplicated
                return raw
            # The SDK hands out a reader of a response that nobody would close: take the connection, close the rest.
            connection = socket.socket(fileno=os.dup(raw.fileno()))
            _shut(raw._response)
            return connection

    def stats(self, container: str) -> dict[str, Any]:
        with faults():
            return dict(self._client.stats(container, stream=False, one_shot=True))

    def oom_events(self, containers: Iterable[str], since: float) -> int:
        filters = {"container": list(containers), "event": ["oom"]}
        if not filters["container"]:
            return 0
        # With `until` the engine answers from what it remembers instead of waiting for more.
        query = {"since": f"{since:.9f}", "until": f"{time.time():.9f}", "filters": json.dumps(filters)}
        with faults():
            return sum(chunk.count(b"\n") for chunk in _Stream(self._get("/events", query, stream=True)))

    def ensure_network(self, name: str) -> None:
        with faults():
            if not self._client.networks(names=[f"^{name}$"]):
                self._client.create_network(
                    name,
                    driver="bridge",
                    check_duplicate=True,
                    labels={OUR_OWN: name},
                    options={
                        "com.docker.network.bridge.name": name,  # so that an operator can write a firewall rule for it
                        "com.docker.network.bridge.enable_icc": "false",
                    },
                )

    def create_volume(self, name: str, labels: Mapping[str, str]) -> None:
        options = {"type": "tmpfs", "device": "tmpfs", "o": "size=64k,nr_inodes=16,mode=1777,nosuid,nodev,noexec"}
        with faults():
            self._client.create_volume(name, driver="local", driver_opts=options, labels=dict(labels))

    def ensure_store(self, name: str) -> None:
        with faults():
            self._client.create_volume(name, driver="local", labels={OUR_OWN: name})

    def remove_volume(self, name: str) -> None:
        with faults(), suppress(errors.NotFound):
            self._client.remove_volume(name)

    def volumes(self) -> list[dict[str, Any]]:
        with faults():
            return list(self._client.volumes()["Volumes"] or ())

    def networks(self) -> list[dict[str, Any]]:
        with faults():
            return list(self._client.networks())

    def remove_network(self, name: str) -> None:
        with faults(), suppress(errors.NotFound):
            self._client.remove_network(name)

    def _get(self, path: str, query: Mapping[str, Any], **options: Any) -> requests.Response:
        response = self._client.get(self._url(path), params=query, **{"timeout": ANSWER_S, **options})
        return _checked(response)

    def _post(self, path: str, query: Mapping[str, Any], body: Iterable[bytes] | None = None) -> Stream:
        """A POST whose answer is a stream. The deadline is the caller's, who closes the stream."""
        with faults():
            response = self._client.post(
                self._url(path),
                params=query,
                data=body,
                headers={"Content-Type": "application/x-tar"} if body is not None else {},
                stream=True,
                timeout=(ANSWER_S, None),
            )
            return _Stream(_checked(response))

    def _url(self, path: str) -> str:
        return f"{self._client.base_url}/v{self._client.api_version}{path}"


class _Stream:
    """The body of a response, chunk by chunk, that another thread may cut."""

    def __init__(self, response: requests.Response) -> None:
        self._response = response
        self._cuttable = CancellableStream(response.iter_content(chunk_size=None), response)
        self._lock = threading.Lock()
        self._ended = False

    def __iter__(self) -> Iterator[bytes]:
        try:
            for chunk in self._cuttable:
                # An engine may send one chunk of any size; the readers are promised small ones.
                yield from (chunk[start : start + CHUNK] for start in range(0, len(chunk), CHUNK))
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, AttributeError, ValueError):
            return  # cut by close(), in whatever state the reader was
        finally:
            with self._lock:
                self._ended = True
            _shut(self._response)

    def close(self) -> None:
        with self._lock:
            if self._ended:
                return
            self._ended = True
        with suppress(OSError, AttributeError):  # the other side was faster
            self._cuttable.close()


def _shut(response: requests.Response) -> None:
    """Close a response and its connection: one that was cut or taken over must never be used for another request."""
    connection = response.raw.connection
    response.close()
    if connection is not None:
        connection.close()


def _checked(response: requests.Response) -> requests.Response:
    try:
        response.raise_for_status()
    except requests.exceptions.HTTPError as error:
        try:
            errors.create_api_error_from_http_exception(error)
        finally:
            response.close()
    return response


@contextmanager
def faults() -> Iterator[None]:
    """Everything that the SDK raises inside leaves as a HostFault."""
    try:
        yield
    except SDK_ERRORS as error:
        raise fault_of(error) from error


def fault_of(error: Exception) -> HostFault:
    """The one place where an error of the engine gets its name."""
    if isinstance(error, errors.APIError) and error.response is not None:
        message = str(error.explanation or error)
        if NO_SPACE in message.lower():
            return disk_full(message)
        return EngineRefusal(error.status_code, message)
    if isinstance(error, OSError) and NO_SPACE in str(error).lower():
        return disk_full(str(error))
    return HostFault(
        "engine_unreachable",
        "The container engine does not answer",
        detail=str(error),
        fix="Start Docker (`systemctl start docker`), or set DOCKER_HOST to an engine that answers.",
    )


def _split_tag(reference: str) -> tuple[str, str, str]:
    """("host:5000/name", ":", "tag") of a reference without a digest; the tag is "latest" when it has none."""
    folder, slash, name = reference.rpartition("/")
    name, _, tag = name.partition(":")
    return folder + slash + name, ":", tag or "latest"
