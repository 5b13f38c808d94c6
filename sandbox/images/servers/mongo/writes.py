"""Commands that write: insert, update, delete and findAndModify."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from duplicates import explained
from errors import Refused, unknown
from mongomock import DuplicateKeyError
from pymongo import ReturnDocument
from reads import sorting
from session import Document, Session, command, ordered, readable


@command("insert")
def insert(session: Session, body: Document) -> Document:
    into = session.collection(body["insert"])

    def one(document: Document) -> None:
        try:
            into.insert_one(document)
        except DuplicateKeyError:
            raise explained(into, document) from None

    done, errors = _each(body, body.get("documents") or [], one)
    return {"n": len(done)} | errors


@command("update")
def update(session: Session, body: Document) -> Document:
    into = session.collection(body["update"])
    rows, errors = _each(body, body.get("updates") or [], lambda row: _update(into, row))
    upserted = [{"index": index, "_id": row["upserted"]} for index, row in rows.items() if row["upserted"] is not None]
    told: Document = {
        "n": sum(row["matched"] for row in rows.values()) + len(upserted),
        "nModified": sum(row["modified"] for row in rows.values()),
    }
    return told | ({"upserted": upserted} if upserted else {}) | errors


@command("delete")
def delete(session: Session, body: Document) -> Document:
    of = session.collection(body["delete"])

    def one(row: Document) -> int:
        remove = of.delete_one if row.get("limit") == 1 else of.delete_many
        return int(remove(readable(row.get("q") or {})).deleted_count)

    done, errors = _each(body, body.get("deletes") or [], one)
    return {"n": sum(done.values())} | errors


@command("findAndModify")
def find_and_modify(session: Session, body: Document) -> Document:
    of = session.collection(body.get("findAndModify") or body.get("findandmodify"))
    query, projection = readable(body.get("query") or {}), body.get("fields") or None
    sort, change = sorting(body), body.get("update")
    if body.get("remove"):
        value = of.find_one_and_delete(query, projection, sort)
        return {"lastErrorObject": {"n": int(value is not None)}, "value": value and ordered(value)}
    if isinstance(change, list):
        raise Refused(238, "This stand-in for MongoDB has no findAndModify with a pipeline")
    before = of.find_one(query, sort=sort)
    options: Document = {
        "upsert": bool(body.get("upsert")),
        "sort": sort,
        "return_document": ReturnDocument.AFTER if body.get("new") else ReturnDocument.BEFORE,
    }
    modify = of.find_one_and_update if _is_operators(change) else of.find_one_and_replace
    if body.get("arrayFilters"):
        options["array_filters"] = readable(body["arrayFilters"])
    try:
        value = modify(query, readable(change), projection, **options)
    except DuplicateKeyError:
        raise explained(of, _values(change)) from None
    last: Document = {"n": int(before is not None or options["upsert"]), "updatedExisting": before is not None}
    if before is None and options["upsert"]:
        made = value if body.get("new") else of.find_one(query) or {}
        last |= {"upserted": (made or {}).get("_id")}
    return {"lastErrorObject": last, "value": value and ordered(value)}


def _update(into: Any, row: Document) -> Document:
    query, change = readable(row.get("q") or {}), row.get("u") or {}
    if isinstance(change, list):
        return _by_pipeline(into, query, change, many=bool(row.get("multi")), upsert=bool(row.get("upsert")))
    options: Document = {"upsert": bool(row.get("upsert"))}
    if _is_operators(change):
        act = into.update_many if row.get("multi") else into.update_one
        if row.get("arrayFilters"):
            options["array_filters"] = readable(row["arrayFilters"])
    else:
        act = into.replace_one
    try:
        done = act(query, readable(change), **options)
    except DuplicateKeyError:
        raise explained(into, _values(change)) from None
    matched = 0 if done.upserted_id is not None else done.matched_count
    return {"matched": matched, "modified": done.modified_count or 0, "upserted": done.upserted_id}


def _by_pipeline(into: Any, query: Document, pipeline: list[Document], *, many: bool, upsert: bool) -> Document:
    matched = list(into.find(query, limit=0 if many else 1))
    if not matched and upsert:
        raise Refused(238, "This stand-in for MongoDB makes no document by a pipeline")
    for document in matched:
        (made,) = into.aggregate([{"$match": {"_id": document["_id"]}}, *readable(pipeline)])
        into.replace_one({"_id": document["_id"]}, made)
    return {"matched": len(matched), "modified": len(matched), "upserted": None}


def _each(body: Document, rows: Iterable[Any], act: Callable[[Any], Any]) -> tuple[dict[int, Any], Document]:
    """({index: result}, {"writeErrors"} where there are some); in order, the first error is the end."""
    done: dict[int, Any] = {}
    errors: list[Document] = []
    for index, row in enumerate(rows):
        try:
            done[index] = act(row)
        except Refused as error:
            errors.append(error.row(index))
        except Exception as error:  # noqa: BLE001 - whatever the query library does not take is this row's error
            errors.append(unknown(error).row(index))
        if errors and body.get("ordered", True):
            break
    return done, {"writeErrors": errors} if errors else {}


def _is_operators(change: Any) -> bool:
    return isinstance(change, dict) and next(iter(change), "").startswith("$")


def _values(change: Document) -> Document:
    """What an update sets, or the document that it puts."""
    if not _is_operators(change):
        return change
    return {**change.get("$setOnInsert", {}), **change.get("$set", {})}
