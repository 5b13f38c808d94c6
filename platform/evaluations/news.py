"""News of a running evaluation: each event goes to a Redis stream at once and to the database in batches.

The stream's entry id is "<seq>-0", so the number of a line is the same in the database, on the stream and in the
browser's Last-Event-ID, and a viewer that comes back gets every line exactly once.
"""

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import redis
from django.conf import settings
from django.db import connection
from django.db.models import Max

from evaluations.models import Evaluation, EventLine
from sandbox.events import Event

log = logging.getLogger(__name__)
FLUSH_S = 0.25
# A team's flood of output must not fill the database: the engine's own cap kills the worst before this.
MAX_LINES = 20_000
STREAM_LENGTH = 5_000
STREAM_KEPT_S = 3_600


@cache
def broker() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5)


def stream_key(public_id: str) -> str:
    return f"assay:news:{public_id}"


def next_seq(evaluation: Evaluation) -> int:
    """One above everything that was ever published, also what only the stream still knows."""
    stored = evaluation.lines.aggregate(last=Max("seq"))["last"] or 0
    try:
        last = broker().xrevrange(stream_key(evaluation.public_id), count=1)
    except redis.RedisError:
        last = []
    return max(stored, int(last[0][0].split(b"-")[0]) if last else 0) + 1


class Newsroom:
    """Takes events from any thread, publishes them in order. Losing Redis loses only the live view, never a line."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._seq = next_seq(evaluation)
        self._lines = 0
        self._pending: list[tuple[int, Event]] = []
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        with self._lock:
            if event.kind == "log":
                self._lines += 1
                if self._lines == MAX_LINES:
                    event = Event(event.stage, "note", f"Output is not shown beyond {MAX_LINES} lines.")
                elif self._lines > MAX_LINES:
                    return
            self._pending.append((self._seq, event))
            self._seq += 1

    def flush(self) -> None:
        """Publish what is waiting."""
        with self._lock:
            batch, self._pending = self._pending, []
        if not batch:
            return
        self._publish(batch)
        EventLine.objects.bulk_create(
            EventLine(evaluation=self._evaluation, seq=seq, **event.to_json())
            for seq, event in batch
            if event.kind != "progress"
        )
        progress = [event for _, event in batch if event.kind == "progress"]
        if progress:
            Evaluation.objects.filter(pk=self._evaluation.pk).update(
                progress_text=progress[-1].text[:200], progress_fraction=progress[-1].fraction
            )

    def _publish(self, batch: list[tuple[int, Event]]) -> None:
        key = stream_key(self._evaluation.public_id)
        try:
            with broker().pipeline(transaction=False) as pipe:
                for seq, event in batch:
                    pipe.xadd(
                        key,
                        {"event": json.dumps({"seq": seq, **event.to_json()})},
                        id=f"{seq}-0",
                        maxlen=STREAM_LENGTH,
                        approximate=True,
                    )
                pipe.expire(key, STREAM_KEPT_S)
                pipe.execute()
        except redis.RedisError:
            log.warning("the live view of %s missed %d lines", self._evaluation.public_id, len(batch), exc_info=True)


@contextmanager
def newsroom(evaluation: Evaluation) -> Iterator[Newsroom]:
    """A newsroom whose thread publishes four times a second until the block ends."""
    room, finished = Newsroom(evaluation), threading.Event()

    def publish() -> None:
        try:
            while not finished.wait(FLUSH_S):
                room.flush()
        finally:
            connection.close()

    thread = threading.Thread(target=publish, name=f"news-{evaluation.pk}", daemon=True)
    thread.start()
    try:
        yield room
    finally:
        finished.set()
        thread.join()
        room.flush()
