"""Commands about databases, collections and indexes."""

from __future__ import annotations

from typing import Any

import bson
from errors import Refused
from mongomock import DuplicateKeyError
from session import Document, Session, command, readable

OPTIONS = ("unique", "sparse", "expireAfterSeconds", "partialFilterExpression")


@command("listDatabases")
def databases(session: Session, body: Document) -> Document:
    names = session.server.data.list_database_names()
    rows = [{"name": name, "sizeOnDisk": 0, "empty": False} for name in names]
    return {"databases": [{"name": name} for name in names] if body.get("nameOnly") else rows, "totalSize": 0}


@command("listCollections")
def collections(session: Session, body: Document) -> Document:
    wanted = (body.get("filter") or {}).get("name")
    names = [name for name in session.db.list_collection_names() if not isinstance(wanted, str) or name == wanted]
    rows = [
        {"name": name, "type": "collection", "options": {}, "info": {"readOnly": False}, "idIndex": _index("_id_", {})}
        for name in names
    ]
    return session.server.open_cursor(session.namespace("$cmd.listCollections"), rows, len(rows))


@command("create")
def create(session: Session, body: Document) -> Document:
    if body["create"] in session.db.list_collection_names():
        raise Refused(48, f"Collection {session.namespace(body['create'])} already exists.")
    session.collection(body["create"])
    session.db.create_collection(body["create"])
    return {}


@command("collMod")
def change(session: Session, body: Document) -> Document:
    _existing(session, body["collMod"])
    return {}


@command("drop")
def drop(session: Session, body: Document) -> Document:
    _existing(session, body["drop"]).drop()
    return {"ns": session.namespace(body["drop"]), "nIndexesWas": 1}


@command("dropDatabase")
def drop_database(session: Session, _body: Document) -> Document:
    session.server.data.drop_database(session.database)
    return {"dropped": session.database}


@command("renameCollection")
def rename(session: Session, body: Document) -> Document:
    (source, _, old), (target, _, new) = (body[key].partition(".") for key in ("renameCollection", "to"))
    if source != target:
        raise Refused(238, "This stand-in for MongoDB renames within one database only")
    collection = session.server.data[source][old]
    collection.rename(new, dropTarget=bool(body.get("dropTarget")))
    return {}


@command("createIndexes")
def create_indexes(session: Session, body: Document) -> Document:
    of = session.collection(body["createIndexes"])
    before = len(of.index_information()) or 1
    if body["createIndexes"] not in session.db.list_collection_names():
        session.db.create_collection(body["createIndexes"])
    for index in body.get("indexes") or []:
        options = {name: readable(index[name]) for name in OPTIONS if name in index}
        keys = [(key, order) for key, order in index["key"].items() if key != "_id" or len(index["key"]) > 1]
        try:
            if keys:
                of.create_index(keys, name=index.get("name"), **options)
        except DuplicateKeyError:
            raise Refused(11000, f"Index build failed: duplicate key error collection: {of.full_name}") from None
    return {"numIndexesBefore": before, "numIndexesAfter": len(of.index_information()) or 1}


@command("listIndexes")
def list_indexes(session: Session, body: Document) -> Document:
    known = _existing(session, body["listIndexes"]).index_information()
    rows = [_index(name, index) for name, index in ({"_id_": {}} | known).items()]
    return session.server.open_cursor(session.namespace(body["listIndexes"]), rows, len(rows))


@command("dropIndexes")
def drop_indexes(session: Session, body: Document) -> Document:
    of = _existing(session, body["dropIndexes"])
    before, wanted = len(of.index_information()), body.get("index", "*")
    if wanted == "*":
        of.drop_indexes()
        return {"nIndexesWas": before}
    for one in wanted if isinstance(wanted, list) else [wanted]:
        name = one if isinstance(one, str) else "_".join(str(part) for pair in one.items() for part in pair)
        if name not in of.index_information():
            raise Refused(27, f"index not found with name [{name}]")
        of.drop_index(name)
    return {"nIndexesWas": before}


@command("collStats")
def collection_statistics(session: Session, body: Document) -> Document:
    documents = list(session.collection(body["collStats"]).find())
    size = sum(len(bson.encode(document)) for document in documents)
    told = {"ns": session.namespace(body["collStats"]), "count": len(documents), "size": size, "storageSize": size}
    return told | {"avgObjSize": size // len(documents) if documents else 0, "nindexes": 1, "capped": False}


@command("dbStats")
def database_statistics(session: Session, _body: Document) -> Document:
    names = session.db.list_collection_names()
    objects = sum(session.db[name].count_documents({}) for name in names)
    return {"db": session.database, "collections": len(names), "views": 0, "objects": objects, "indexes": len(names)}


def _existing(session: Session, name: Any) -> Any:
    if name not in session.db.list_collection_names():
        raise Refused(26, f"ns not found {session.namespace(name)}")
    return session.collection(name)


def _index(name: str, index: Document) -> Document:
    row: Document = {"v": 2, "key": dict(index.get("key") or [("_id", 1)]), "name": name}
    return row | {option: index[option] for option in OPTIONS if option in index}
