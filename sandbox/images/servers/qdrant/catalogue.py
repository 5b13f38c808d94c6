"""Collections: made, described, changed, given other names, and removed."""

from __future__ import annotations

from typing import Any

from qdrant_client import QdrantClient, models
from routes import Body, Refused, route

CLIENT = QdrantClient(":memory:")


def existing(name: str) -> str:
    """The name itself; Refused when neither a collection nor an alias has it."""
    aliases = {row.alias_name for row in CLIENT.get_aliases().aliases}
    if name not in aliases and not CLIENT.collection_exists(name):
        raise Refused(404, f"Not found: Collection `{name}` doesn't exist!")
    return name


@route("GET", "/collections")
def listed(_body: Body, **_asked: Any) -> Any:
    return CLIENT.get_collections()


@route("GET", "/collections/{name}")
def described(_body: Body, name: str, **_asked: Any) -> Any:
    return CLIENT.get_collection(existing(name))


@route("GET", "/collections/{name}/exists")
def exists(_body: Body, name: str, **_asked: Any) -> Any:
    return {"exists": CLIENT.collection_exists(name)}


@route("PUT", "/collections/{name}")
def create(body: Body, name: str, **_asked: Any) -> Any:
    asked = models.CreateCollection.model_validate(body)
    if CLIENT.collection_exists(name):
        raise Refused(409, f"Wrong input: Collection `{name}` already exists!")
    return CLIENT.create_collection(
        name,
        vectors_config=asked.vectors or {},
        sparse_vectors_config=asked.sparse_vectors,
        metadata=asked.metadata,
    )


@route("PATCH", "/collections/{name}")
def change(body: Body, name: str, **_asked: Any) -> Any:
    models.UpdateCollection.model_validate(body)
    existing(name)
    return True


@route("DELETE", "/collections/{name}")
def remove(_body: Body, name: str, **_asked: Any) -> Any:
    return CLIENT.delete_collection(name)


@route("PUT", "/collections/{name}/index")
def index(body: Body, name: str, **_asked: Any) -> Any:
    models.CreateFieldIndex.model_validate(body)
    existing(name)
    return {"operation_id": 0, "status": "completed"}


@route("DELETE", "/collections/{name}/index/{field}")
def unindex(_body: Body, name: str, **_asked: Any) -> Any:
    existing(name)
    return {"operation_id": 0, "status": "completed"}


@route("POST", "/collections/aliases")
def alias(body: Body, **_asked: Any) -> Any:
    return CLIENT.update_collection_aliases(models.ChangeAliasesOperation.model_validate(body).actions)


@route("GET", "/aliases")
def aliases(_body: Body, **_asked: Any) -> Any:
    return CLIENT.get_aliases()


@route("GET", "/collections/{name}/aliases")
def aliases_of(_body: Body, name: str, **_asked: Any) -> Any:
    return CLIENT.get_collection_aliases(existing(name))
