"""Commands that read: find, aggregate, count, distinct, and the cursors that they leave."""

from __future__ import annotations

from typing import Any

from errors import Refused
from session import Document, Session, command, readable

ONLY_REPLICA_SETS = "The $changeStream stage is only supported on replica sets"


@command("find")
def find(session: Session, body: Document) -> Document:
    limit = int(body.get("limit") or 0)
    found = session.collection(body["find"]).find(
        readable(body.get("filter") or {}),
        body.get("projection") or None,
        skip=int(body.get("skip") or 0),
        limit=abs(limit),
        sort=sorting(body),
    )
    documents = list(found)
    batch = len(documents) if limit < 0 or body.get("singleBatch") else body.get("batchSize")
    return session.server.open_cursor(session.namespace(body["find"]), documents, batch)


@command("aggregate")
def aggregate(session: Session, body: Document) -> Document:
    pipeline = readable(body.get("pipeline") or [])
    stages = [next(iter(stage), "") for stage in pipeline]
    if "$changeStream" in stages:
        raise Refused(40573, ONLY_REPLICA_SETS)
    over_all = body["aggregate"] == 1
    name = "$cmd.aggregate" if over_all else body["aggregate"]
    if over_all and stages[:1] not in (["$documents"], []):
        raise Refused(238, f"This stand-in for MongoDB has no {stages[0]} of a whole database")
    documents = [] if over_all else list(session.collection(name).aggregate(pipeline))
    batch = (body.get("cursor") or {}).get("batchSize")
    return session.server.open_cursor(session.namespace(name), documents, batch)


@command("count")
def count(session: Session, body: Document) -> Document:
    found = session.collection(body["count"]).find(
        readable(body.get("query") or {}), skip=int(body.get("skip") or 0), limit=abs(int(body.get("limit") or 0))
    )
    return {"n": len(list(found))}


@command("distinct")
def distinct(session: Session, body: Document) -> Document:
    return {"values": session.collection(body["distinct"]).distinct(body["key"], readable(body.get("query") or {}))}


@command("explain")
def explain(session: Session, body: Document) -> Document:
    inner = body.get("explain") or {}
    plan = {"stage": "COLLSCAN", "filter": inner.get("filter") or {}}
    return {"queryPlanner": {"namespace": session.namespace(next(iter(inner.values()), "")), "winningPlan": plan}}


@command("getMore")
def get_more(session: Session, body: Document) -> Document:
    return session.server.next_batch(int(body["getMore"]), body.get("batchSize"))


@command("killCursors")
def kill_cursors(session: Session, body: Document) -> Document:
    asked = body.get("cursors") or []
    known = [number for number in asked if session.server.cursors.pop(int(number), None)]
    lost = [number for number in asked if number not in known]
    return {"cursorsKilled": known, "cursorsNotFound": lost, "cursorsAlive": [], "cursorsUnknown": []}


def sorting(body: Document) -> list[tuple[str, Any]] | None:
    """A command's `sort` for the query library."""
    keys = list((body.get("sort") or {}).items())
    if any(isinstance(order, dict) for _, order in keys):
        raise Refused(238, "This stand-in for MongoDB sorts by no text score")
    return keys or None
