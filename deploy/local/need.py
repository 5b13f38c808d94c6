"""What a run needs of the machine: a free port, disk, a container engine, Redis. Each failure says what to do."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("ASSAY_VAR", ROOT / "var"))
LOGS = VAR / "log"
FREE_BYTES = 4 * 1024**3
START_S = 30.0


class NotMet(Exception):
    """What is wrong and what to do, in one or two sentences."""


def port(number: int) -> None:
    """A free port on loopback."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            raise NotMet(
                f"Port {number} is taken by another program. Stop that one, or run: make up PORT={number + 1}"
            ) from None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def disk() -> None:
    """Room for images and builds."""
    VAR.mkdir(parents=True, exist_ok=True)
    for place in (VAR, Path("/var/lib/docker")):
        if place.exists() and shutil.disk_usage(place).free < FREE_BYTES:
            free = shutil.disk_usage(place).free / 1024**3
            raise NotMet(
                f"Only {free:.1f} GiB are free on the disk of {place}; 4 GiB are needed. Make room and try again."
            )


def root_on_debian() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*packages: str) -> None:
    """Debian packages, as root."""
    print(f"Installing {' '.join(packages)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotMet(f"Installing {' '.join(packages)} failed. Is there a network? {done.stderr.strip()[-300:]}")


def wait_until(answers: Callable[[], bool], what: str, log: Path) -> None:
    ends = time.monotonic() + START_S
    while not answers():
        if time.monotonic() > ends:
            raise NotMet(f"{what} did not answer within {START_S:.0f} s; its log is {log}.")
        time.sleep(0.2)


@contextmanager
def started(name: str, command: list[str], answers: Callable[[], bool]) -> Iterator[None]:
    """A background server of ours, in a session of its own so that Ctrl-C reaches it through us and last."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{name}.log"
    with log.open("ab") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_until(answers, name, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def engine_answers() -> bool:
    if shutil.which("docker") is None and not Path("/var/run/docker.sock").exists():
        return False
    done = subprocess.run(
        [sys.executable, "-c", "import docker; docker.from_env(timeout=5).ping()"], capture_output=True, check=False
    )
    return done.returncode == 0


@contextmanager
def engine() -> Iterator[None]:
    """The engine that answers; as root on Debian one that is installed and started here, and stopped again."""
    if engine_answers():
        yield
        return
    if os.geteuid() != 0:
        raise NotMet(
            "No container engine answers. Start Docker (or add yourself to the docker group) and run this again."
        )
    if shutil.which("dockerd") is None:
        if not root_on_debian():
            raise NotMet("No container engine answers. Install Docker, start it, and run this again.")
        install("docker.io")
    print("Starting the container engine", flush=True)
    with started("dockerd", ["dockerd"], engine_answers):
        yield


def stand_in_tools() -> None:
    """debootstrap, for base images where no registry can be reached."""
    if root_on_debian() and shutil.which("debootstrap") is None:
        install("debootstrap")


def _pings(number: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", number), 1) as link:
            link.sendall(b"PING\r\n")
            return link.recv(16).startswith(b"+PONG")
    except OSError:
        return False


@contextmanager
def redis() -> Iterator[str]:
    """The URL of a Redis: REDIS_URL, else one of our own by redis-server (installed as root), else a container."""
    if given := os.environ.get("REDIS_URL"):
        yield given
        return
    if shutil.which("redis-server") is None and root_on_debian():
        install("redis-server")
    number = free_port()
    if shutil.which("redis-server"):
        command = ["redis-server", "--port", str(number), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    else:
        command = [
            "docker",
            "run",
            "--rm",
            "--name",
            f"assay-redis-{number}",
            "-p",
            f"127.0.0.1:{number}:6379",
            "redis:7",
        ]
    with started("redis", command, lambda: _pings(number)):
        yield f"redis://127.0.0.1:{number}/0"
