"""The reaper: a process beside each sandbox worker that removes what evaluations leave, whatever ends the worker.

A task would wait in the queue behind evaluations of forty minutes, and a thread would die with its worker. So the
worker starts a process in a session of its own, whose standard input is a pipe from the worker: the reaper knows by its
end that the worker is gone, sees the last lease of it out, and ends itself.
"""

import logging
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from typing import IO

from celery.signals import worker_ready, worker_shutdown
from django.conf import settings
from django.db import DatabaseError, close_old_connections

from evaluations import recovery
from sandbox.engine import Engine
from sandbox.faults import SandboxError

log = logging.getLogger(__name__)
QUEUE = "sandbox"
STOP = b"stop\n"
# Of a worker that is gone: its lease, and what a layer's own age adds to it.
PATIENCE_S = 60.0
# What the last look of a reaper may take while its worker stops.
LAST_LOOK_S = 8.0
_processes: list[subprocess.Popen[bytes]] = []


@worker_ready.connect
def begin(sender: object = None, **_: object) -> None:
    """Only beside a worker that may reach the engine; one for each."""
    queues = getattr(getattr(sender, "app", None), "amqp", None)
    if queues is not None and QUEUE in queues.queues.consume_from:
        command = [sys.executable, "-m", "django", "reap", "--beside-worker"]
        # It finds what the worker finds, wherever that was started; config/celery.py has named the settings.
        env = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        _processes.append(subprocess.Popen(command, stdin=subprocess.PIPE, env=env, start_new_session=True))


@worker_shutdown.connect
def end(**_: object) -> None:
    """A worker that stops ends its evaluations as they stand: the reaper removes what they had, and ends before it."""
    while _processes:
        process = _processes.pop()
        try:
            process.communicate(STOP, LAST_LOOK_S)
        except OSError:  # it has ended before us
            process.wait()
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def watch(make_engine: Callable[[], Engine], beside: IO[bytes] | None) -> None:
    """Reap every ASSAY_REAP_SECONDS; with a worker's pipe, until that worker and its last lease are gone."""
    gone_at: float | None = None
    stopped = False
    while True:
        clean = _round(make_engine)
        if gone_at is not None and clean and (stopped or time.monotonic() > gone_at + _last_s()):
            return
        if stopped:
            time.sleep(1.0)  # what could not be removed yet: the volume of a container that is just going
        elif beside is None or gone_at is not None:
            time.sleep(settings.ASSAY_REAP_SECONDS)
        elif select.select([beside], [], [], settings.ASSAY_REAP_SECONDS)[0]:
            stopped = beside.readline() == STOP
            gone_at = time.monotonic()


def _last_s() -> float:
    return settings.LEASE_SECONDS + PATIENCE_S


def _round(make_engine: Callable[[], Engine]) -> bool:
    """One look at everything; True when there was nothing to remove. Neither engine nor database has to be there."""
    try:
        close_old_connections()
        with make_engine() as engine:
            return not recovery.reap(engine)
    except SandboxError as fault:
        log.warning("the reaper could not look: %s. %s", fault.title, fault.detail)
    except DatabaseError:
        log.warning("the reaper could not ask who is at work", exc_info=True)
    return True
