"""Attacks by an OpenAPI document: what it describes never costs more than its budget, nor leaves the service."""

import json
import time

import pytest

from sandbox import openapi
from sandbox.openapi import BODY_BYTES, MAX_REQUESTS, TooMuch, is_path, requests_of

CPU_S = 20.0
WIDE = 20


def taking(schema, **components):
    """A document whose one path takes a JSON body of this schema."""
    body = {"content": {"application/json": {"schema": schema}}}
    return {"paths": {"/take": {"post": {"requestBody": body}}}, "components": {"schemas": components}}


def asking(path, *parameters):
    return {"paths": {path: {"get": {"parameters": list(parameters)}}}}


def parameter(value, place="path"):
    return {"name": "id", "in": place, "required": True, "example": value}


def deep(depth):
    schema = {"type": "string"}
    for _ in range(depth):
        schema = {"type": "object", "properties": {"x": schema}}
    return schema


def laughs(how):
    """Each level names the next one many times: 20 to the power of 12 values."""
    schemas = {}
    for level in range(12):
        below = [{"$ref": f"#/components/schemas/S{level + 1}"}] * WIDE
        members = {"properties": {f"p{number}": one for number, one in enumerate(below)}}
        arrays = {"type": "array", "minItems": 10**12, "items": below[0]}
        schemas[f"S{level}"] = {"properties": members, "arrays": arrays, "allOf": {"allOf": below}}[how]
    if how == "properties":
        schemas = {name: {"type": "object", **each} for name, each in schemas.items()}
    return taking({"$ref": "#/components/schemas/S0"}, **schemas)


BOMBS = {
    "a circle": taking({"$ref": "#/components/schemas/A"}, A={"$ref": "#/components/schemas/A"}),
    "two that name each other": taking(
        {"$ref": "#/components/schemas/A"},
        A={"properties": {"b": {"$ref": "#/components/schemas/B"}}},
        B={"properties": {"a": {"$ref": "#/components/schemas/A"}, "c": {"$ref": "#/components/schemas/B"}}},
    ),
    "itself": taking({"$ref": "#"}),
    "laughs of properties": laughs("properties"),
    "laughs of arrays": laughs("arrays"),
    "laughs of allOf": laughs("allOf"),
    "deep": taking(deep(900)),
    "a reference of many parts": taking({"$ref": "#/" + "paths/" * 100_000}),
    "a million paths": {"paths": {f"/p{number}": {"get": {"parameters": 7}} for number in range(10**6)}},
    "a path of a megabyte": asking("/" + "x" * 10**6),
    "an example of a megabyte": taking({"example": "x" * 10**6}),
    "an example for each of many": taking(
        {"properties": {f"p{n}": {"$ref": "#/components/schemas/E"} for n in range(5000)}}, E={"example": "x" * 10**5}
    ),
    "endless text": taking({"type": "string", "minLength": 10**15}),
    "text of less than nothing": taking({"type": "string", "maxLength": -5, "minLength": 3}),
    "numbers that are none": taking({"type": "number", "minimum": float("nan"), "maximum": float("inf")}),
    "large integers": taking({"type": "integer", "minimum": 10**400, "maximum": 10**500}),
    "values of the wrong kind": taking(
        {"type": {"a": 1}, "enum": [[]], "required": "x", "properties": [1], "allOf": 3}
    ),
    "required of the wrong kind": taking({"type": "object", "required": [{"a": 1}, None, 7]}),
    "no parts of its kind": {"paths": {"/": {"get": []}, "/a": [], "/b": {"post": {"requestBody": []}}, 7: None}},
    "paths that are a list": {"paths": ["/"]},
}
AWAY = {
    "another server": {"servers": [{"url": "http://169.254.169.254/"}], **asking("/inside")},
    "a whole address": asking("http://169.254.169.254/latest"),
    "two slashes": asking("//169.254.169.254/latest"),
    "a backslash": asking("/\\169.254.169.254/latest"),
    "an at sign": asking("@169.254.169.254/"),
    "a second line": asking("/a HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\nGET /b"),
    "a second line in a parameter": asking("/a/{id}", parameter("x HTTP/1.1\r\nHost: y\r\n\r\n")),
    "a second line in a query": asking("/a", parameter("x\r\nHost: y", "query")),
    "a header": asking("/a", parameter("x\r\nHost: y", "header")),
    "a way up in a parameter": asking("/a/{id}", parameter("../../etc/passwd")),
    "another host in a parameter": asking("/{id}", parameter("/169.254.169.254/")),
    "half a character": asking("/a/{id}", parameter("\ud800")),
    "a name of a brace": asking("/a/{id}", {"name": "}{", "in": "path", "example": "{id}"}),
    "NUL and escapes": asking("/a\x00\x1b[2J"),
}


@pytest.mark.parametrize("document", [*BOMBS.values(), *AWAY.values()], ids=[*BOMBS, *AWAY])
def test_requests_of_any_document_are_few_small_and_for_the_service(document):
    began = time.process_time()
    made = requests_of(document)
    assert time.process_time() - began < CPU_S
    assert len(made) <= MAX_REQUESTS
    for request in made:
        assert request["method"] in ("GET", "POST")
        assert is_path(request["path"])
        assert not request["path"].startswith("//")
        assert len(request["body"]) <= BODY_BYTES
        assert "Infinity" not in request["body"]
        assert not any(ord(character) < 33 for character in request["path"])


def test_parameter_stays_in_its_place_of_the_path():
    assert requests_of(AWAY["a way up in a parameter"])[0]["path"] == "/a/..%2F..%2Fetc%2Fpasswd"
    assert requests_of(AWAY["another host in a parameter"])[0]["path"] == "/%2F169.254.169.254%2F"


def test_nobodys_table_is_emptied():
    methods = {method: {} for method in ("delete", "put", "patch", "trace", "options", "get")}
    assert [row["method"] for row in requests_of({"paths": {"/all": methods}})] == ["GET"]


def test_without_its_budget_a_small_document_asks_for_more_than_there_is(monkeypatch):
    """Twenty times more steps, and it still wants more: what grows by powers has no other end than the budget."""
    monkeypatch.setattr(openapi, "MAX_STEPS", 20 * openapi.MAX_STEPS)
    document = laughs("properties")
    assert len(json.dumps(document)) < 20_000
    reader = openapi._Reader(document, steps=openapi.MAX_STEPS)
    with pytest.raises(TooMuch):
        reader.example({"$ref": "#/components/schemas/S0"})
