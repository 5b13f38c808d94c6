"""Searches: the universal query, and the older search and recommend, which say the same in other words."""

from __future__ import annotations

from typing import Any

from catalogue import CLIENT, existing
from points import given
from qdrant_client import models
from routes import Body, Refused, route


def run(asked: models.QueryRequest, name: str) -> Any:
    """The points of one query; without their payload unless it is asked for, as Qdrant has it."""
    return CLIENT.query_points(
        existing(name),
        query=asked.query,
        using=asked.using,
        prefetch=asked.prefetch,
        query_filter=asked.filter,
        search_params=asked.params,
        limit=given(asked.limit, 10),
        offset=asked.offset,
        with_payload=given(asked.with_payload, False),
        with_vectors=asked.with_vector or False,
        score_threshold=asked.score_threshold,
        lookup_from=asked.lookup_from,
    )


@route("POST", "/collections/{name}/points/query")
def query(body: Body, name: str, **_asked: Any) -> Any:
    return run(models.QueryRequest.model_validate(body), name)


@route("POST", "/collections/{name}/points/query/batch")
def queries(body: Body, name: str, **_asked: Any) -> Any:
    return [run(asked, name) for asked in models.QueryRequestBatch.model_validate(body).searches]


@route("POST", "/collections/{name}/points/query/groups")
def groups(body: Body, name: str, **_asked: Any) -> Any:
    asked = models.QueryGroupsRequest.model_validate(body)
    return CLIENT.query_points_groups(
        existing(name),
        asked.group_by,
        query=asked.query,
        using=asked.using,
        prefetch=asked.prefetch,
        query_filter=asked.filter,
        search_params=asked.params,
        limit=given(asked.limit, 10),
        group_size=given(asked.group_size, 3),
        with_payload=given(asked.with_payload, False),
        with_vectors=asked.with_vector or False,
        score_threshold=asked.score_threshold,
        with_lookup=asked.with_lookup,
    )


@route("POST", "/collections/{name}/points/search")
def search(body: Body, name: str, **_asked: Any) -> Any:
    return run(_of_search(body), name).points


@route("POST", "/collections/{name}/points/search/batch")
def searches(body: Body, name: str, **_asked: Any) -> Any:
    return [run(_of_search(one), name).points for one in body.get("searches") or []]


@route("POST", "/collections/{name}/points/recommend")
def recommend(body: Body, name: str, **_asked: Any) -> Any:
    words = ("positive", "negative", "strategy")
    asked = {"recommend": {key: body[key] for key in words if key in body}}
    rest = {key: value for key, value in body.items() if key not in words}
    return run(models.QueryRequest.model_validate({**rest, "query": asked}), name).points


def _of_search(body: Body) -> models.QueryRequest:
    vector, rest = body.get("vector"), {key: value for key, value in body.items() if key != "vector"}
    if isinstance(vector, dict):  # a named one
        rest["using"], vector = vector.get("name"), vector.get("vector")
    if not vector or "limit" not in body:
        raise Refused(400, "Format error in JSON body: a search needs `vector` and `limit`")
    return models.QueryRequest.model_validate({**rest, "query": vector})
