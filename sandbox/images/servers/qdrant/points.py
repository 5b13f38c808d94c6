"""Points: written, changed and read by their numbers."""

from __future__ import annotations

from typing import Any

from catalogue import CLIENT, existing
from pydantic import TypeAdapter
from qdrant_client import models
from routes import Body, Refused, route

INSERTED = TypeAdapter(models.PointsList | models.PointsBatch)
SELECTED = TypeAdapter(models.PointIdsList | models.FilterSelector)
OPERATIONS = TypeAdapter(list[models.UpdateOperation])


@route("PUT", "/collections/{name}/points")
def upsert(body: Body, name: str, **_asked: Any) -> Any:
    asked = INSERTED.validate_python(body)
    points = asked.points if isinstance(asked, models.PointsList) else asked.batch
    return CLIENT.upsert(existing(name), points)


@route("POST", "/collections/{name}/points")
def retrieve(body: Body, name: str, **_asked: Any) -> Any:
    asked = models.PointRequest.model_validate(body)
    return CLIENT.retrieve(
        existing(name), asked.ids, with_payload=given(asked.with_payload, True), with_vectors=asked.with_vector or False
    )


@route("GET", "/collections/{name}/points/{point}")
def one(_body: Body, name: str, point: str, **_asked: Any) -> Any:
    number = int(point) if point.isdigit() else point
    found = CLIENT.retrieve(existing(name), [number], with_payload=True, with_vectors=True)
    if not found:
        raise Refused(404, f"Not found: Point with id {point} does not exists!")
    return found[0]


@route("POST", "/collections/{name}/points/delete")
def delete(body: Body, name: str, **_asked: Any) -> Any:
    return CLIENT.delete(existing(name), SELECTED.validate_python(body))


@route("PUT", "/collections/{name}/points/vectors")
def set_vectors(body: Body, name: str, **_asked: Any) -> Any:
    return CLIENT.update_vectors(existing(name), models.UpdateVectors.model_validate(body).points)


@route("POST", "/collections/{name}/points/vectors/delete")
def delete_vectors(body: Body, name: str, **_asked: Any) -> Any:
    asked = models.DeleteVectors.model_validate(body)
    return CLIENT.delete_vectors(existing(name), asked.vector, _chosen(asked))


@route("POST", "/collections/{name}/points/payload")
def set_payload(body: Body, name: str, **_asked: Any) -> Any:
    asked = models.SetPayload.model_validate(body)
    return CLIENT.set_payload(existing(name), asked.payload, _chosen(asked), key=asked.key)


@route("PUT", "/collections/{name}/points/payload")
def overwrite_payload(body: Body, name: str, **_asked: Any) -> Any:
    asked = models.SetPayload.model_validate(body)
    return CLIENT.overwrite_payload(existing(name), asked.payload, _chosen(asked))


@route("POST", "/collections/{name}/points/payload/delete")
def delete_payload(body: Body, name: str, **_asked: Any) -> Any:
    asked = models.DeletePayload.model_validate(body)
    return CLIENT.delete_payload(existing(name), asked.keys, _chosen(asked))


@route("POST", "/collections/{name}/points/payload/clear")
def clear_payload(body: Body, name: str, **_asked: Any) -> Any:
    return CLIENT.clear_payload(existing(name), SELECTED.validate_python(body))


@route("POST", "/collections/{name}/points/batch")
def batch(body: Body, name: str, **_asked: Any) -> Any:
    return CLIENT.batch_update_points(existing(name), OPERATIONS.validate_python(body.get("operations")))


@route("POST", "/collections/{name}/points/scroll")
def scroll(body: Body, name: str, **_asked: Any) -> Any:
    asked = models.ScrollRequest.model_validate(body)
    points, then = CLIENT.scroll(
        existing(name),
        asked.filter,
        given(asked.limit, 10),
        asked.order_by,
        asked.offset,
        given(asked.with_payload, True),
        asked.with_vector or False,
    )
    return {"points": points, "next_page_offset": then}


@route("POST", "/collections/{name}/points/count")
def count(body: Body, name: str, **_asked: Any) -> Any:
    return CLIENT.count(existing(name), models.CountRequest.model_validate(body).filter)


@route("POST", "/collections/{name}/facet")
def facet(body: Body, name: str, **_asked: Any) -> Any:
    asked = models.FacetRequest.model_validate(body)
    return CLIENT.facet(existing(name), asked.key, asked.filter, given(asked.limit, 10))


def given(value: Any, default: Any) -> Any:
    return default if value is None else value


def _chosen(asked: Any) -> Any:
    return asked.points if asked.points is not None else asked.filter
