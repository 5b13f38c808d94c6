"""The self-proof: a sandbox worker takes no evaluation before its engine has held every attempt to get out.

Beside each sandbox worker runs `manage.py prove --beside-worker`, which asks what `assay doctor` asks. What held is
kept for a day, as one file in ASSAY_PROOFS named after the engine, its settings, the limits and the code, so that a
restart need not repeat it. While a line fails there is no such file: evaluations stay queued, the log names each
failing line with its fix, the live page says so, and it is tried again each minute.
"""

import fcntl
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Literal

import redis
from celery.signals import worker_ready, worker_shutdown
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from evaluations import recovery
from evaluations.models import Evaluation
from evaluations.news import broker
from sandbox.doctor import LOOKS, Line, ask, git, workspace_disk
from sandbox.escapes import identity
from sandbox.escapes import prove as attempts
from sandbox.faults import Cancellation, Cancelled, HostFault

log = logging.getLogger(__name__)
QUEUE = "sandbox"
STANDS_S = 24 * 3600.0
EVERY_S = 60.0
# From this age on it is made again while nobody is at work, so that it seldom has to be while somebody waits.
EARLY_S = STANDS_S / 2
# What the pages of the site show, told by whoever proves; it fades when nobody tells it any more.
TOLD = "assay:selfproof"
Told = Literal["proving", "refusing", ""]
_processes: list[subprocess.Popen[bytes]] = []


def stands(engine: Any) -> bool:
    """Whether this engine, as it is set up now, has been proved within a day. One that does not answer has not."""
    try:
        age = _age(engine)
    except HostFault as fault:
        log.warning("no evaluation is taken: %s", fault.title)
        return False
    if age is None or age >= STANDS_S:
        log.warning("no evaluation is taken before the sandbox of this machine has been proved")
        return False
    return True


def prove(engine: Any, cancellation: Cancellation | None = None) -> list[Line]:
    """Make every attempt, keep the proof when it holds, and return the lines that fail; Cancelled on a wish."""
    path = _path(engine)
    failing = [line for line in _lines(engine, cancellation or Cancellation()) if line.state == "fail"]
    if failing:
        path.unlink(missing_ok=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps({"proved_at": time.time()}), encoding="ascii")
        fresh.replace(path)
        _forget_old(path.parent)
    return failing


def _forget_old(folder: Path) -> None:
    """Proofs of engines and versions that are no more."""
    for path in folder.glob("*.*"):  # but for the lock
        with suppress(FileNotFoundError):  # another worker does the same
            if path.stat().st_mtime < time.time() - STANDS_S:
                path.unlink()


def _lines(engine: Any, cancellation: Cancellation) -> Iterator[Line]:
    def escapes(engine: Any) -> Iterator[Line]:
        return attempts(engine, cancellation)

    yield git()
    yield workspace_disk()
    yield from ask(engine, (*LOOKS, escapes))


def _path(engine: Any) -> Path:
    return settings.ASSAY_PROOFS / f"{identity(engine)}.json"


def _age(engine: Any) -> float | None:
    """Seconds since the proof, None without one. A clock that was turned back makes it no younger."""
    try:
        age = time.time() - float(json.loads(_path(engine).read_text(encoding="ascii"))["proved_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return age if age >= 0 else None


def watch(make_engine: Callable[[], Any], beside: IO[bytes] | None = None) -> None:
    """Look each minute whether the proof stands, and make it; until the worker's pipe ends, or SIGTERM."""
    over, cancellation = threading.Event(), Cancellation()

    def end(*_: object) -> None:
        cancellation.cancel()
        over.set()

    def listen(pipe: IO[bytes]) -> None:
        while os.read(pipe.fileno(), 1):  # not through its buffer, whose lock a thread must not hold at the end
            pass
        end()

    signal.signal(signal.SIGTERM, end)
    if beside is not None:
        threading.Thread(target=listen, args=(beside,), daemon=True).start()
    while not over.is_set():
        try:
            look(make_engine, cancellation)
        except Cancelled:
            return
        over.wait(EVERY_S)


def look(make_engine: Callable[[], Any], cancellation: Cancellation) -> None:
    """Once: prove what does not stand any more, log what fails, and wake what waited."""
    try:
        with make_engine() as engine:
            age = _age(engine)
            if age is not None and (age < EARLY_S or (age < STANDS_S and _is_anybody_at_work())):
                tell("")
                return
            with _alone() as alone:
                if not alone:
                    return  # another worker's process is at it, and wakes what waits
                if age is None or age >= STANDS_S:
                    tell("proving")
                failing = prove(engine, cancellation)
    except HostFault as fault:
        failing = [Line(fault.id, fault.title, "fail", fault.detail, fault.fix)]
    for line in failing:
        log.error("refusing evaluations: %s (%s): %s -> %s", line.title, line.id, line.observed, line.fix)
    if failing:
        tell("refusing")
        return
    log.info("the sandbox held every attempt to get out; evaluations are taken")
    tell("")
    _wake()


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other process of this machine is proving; none will begin during the block."""
    settings.ASSAY_PROOFS.mkdir(parents=True, exist_ok=True)
    with (settings.ASSAY_PROOFS / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _is_anybody_at_work() -> bool:
    try:
        return Evaluation.objects.live().filter(lease_until__gte=timezone.now()).exists()
    except DatabaseError:
        return True  # it is not urgent
    finally:
        connection.close()


def _wake() -> None:
    """What came while the proof was made need not wait for the sweeper."""
    try:
        recovery.resume()
    except DatabaseError:
        log.warning("what waits is left to the sweeper", exc_info=True)
    finally:
        connection.close()


def tell(state: Told) -> None:
    """Let the pages know. Losing Redis loses only that."""
    try:
        if state:
            broker().set(TOLD, state, ex=int(3 * EVERY_S))
        else:
            broker().delete(TOLD)
    except redis.RedisError:
        log.warning("the pages could not be told that it is %s", state or "well", exc_info=True)


def told() -> str:
    """What the last worker that proved has told: "proving", "refusing", or "" when evaluations are taken."""
    try:
        return (broker().get(TOLD) or b"").decode("ascii", "replace")
    except redis.RedisError:
        return ""


@worker_ready.connect
def begin(sender: object = None, **_: object) -> None:
    """Only beside a worker that may reach the engine."""
    queues = getattr(getattr(sender, "app", None), "amqp", None)
    if queues is not None and QUEUE in queues.queues.consume_from:
        command = [sys.executable, "-m", "django", "prove", "--beside-worker"]
        _processes.append(subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True))


@worker_shutdown.connect
def end(**_: object) -> None:
    for process in _processes:
        if process.stdin is not None:
            process.stdin.close()
