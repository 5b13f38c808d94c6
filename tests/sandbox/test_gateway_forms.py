"""What the gateway makes of a schema or of a prompt that wants a form: an answer that the application can read."""

import json

import jsonschema
import pytest

from tests.sandbox.gateway_process import Gateway, said

NESTED = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 5},
        "score": {"type": "number", "minimum": 2.5, "maximum": 3},
        "count": {"type": "integer", "exclusiveMinimum": 4, "multipleOf": 5},
        "when": {"type": "string", "format": "date-time"},
        "kind": {"enum": ["a", "b"]},
        "rows": {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/row"}},
        "maybe": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/row"}]},
        "both": {
            "allOf": [{"$ref": "#/$defs/row"}, {"properties": {"extra": {"type": "boolean"}}, "required": ["extra"]}]
        },
    },
    "required": ["title", "score", "count", "when", "kind", "rows", "maybe", "both"],
    "$defs": {
        "row": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "next": {"anyOf": [{"$ref": "#/$defs/row"}, {"type": "null"}]},
                "below": {"type": "array", "items": {"$ref": "#/$defs/row"}},
            },
            "required": ["name", "next", "below"],
        }
    },
}


@pytest.fixture(scope="module")
def gateway():
    with Gateway() as gateway:
        yield gateway


def answered(gateway, prompt, **more):
    document = gateway.post("/v1/chat/completions", {"model": "m", "messages": said(prompt), **more})[1]
    return document["choices"][0]["message"]["content"]


def test_answer_fits_a_schema_that_refers_to_itself(gateway):
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": NESTED, "strict": True}}
    value = json.loads(answered(gateway, "Fill it", response_format=form))
    jsonschema.validate(value, NESTED)
    assert value["count"] == 5


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ('Answer as JSON like {"sentiment": "good", "score": 0.5}', {"sentiment": "good", "score": 0.5}),
        ("Answer as JSON: {'label': '<label>', 'n': 3, tags: []}", {"label": None, "n": 1}),
        ("Return JSON with the keys `name` and `age`", {"name": None, "age": None}),
        ('JSON by this schema: {"properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}', {"ok": True}),
    ],
)
def test_json_of_a_prompt_has_the_shown_members(gateway, prompt, expected):
    value = json.loads(answered(gateway, prompt, response_format={"type": "json_object"}))
    assert set(value) == set(expected)
    assert all(value[name] == wanted for name, wanted in expected.items() if wanted is not None)


def test_a_prompt_that_shows_json_gets_json_without_asking_for_a_format(gateway):
    assert json.loads(answered(gateway, 'Reply only with JSON: {"answer": "..."}')) == {"answer": "..."}


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("Rate it from 1 to 10. Reply with only a number.", "7"),
        ("Is this spam? Answer yes or no.", "Yes"),
        ("The label is one of: positive, negative, neutral", "positive"),
    ],
)
def test_a_prompt_that_wants_one_word_gets_one(gateway, prompt, expected):
    assert answered(gateway, prompt) == expected


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"properties": {f"p{n}": {"$ref": "#"} for n in range(30)}},
        {"type": "array", "minItems": 20, "items": {"type": "array", "minItems": 20, "items": {"$ref": "#"}}},
        {"allOf": [{"$ref": "#"}]},
        {"enum": [], "anyOf": [], "type": 7, "properties": []},
    ],
)
def test_a_schema_without_end_is_answered_in_time(gateway, schema):
    form = {"type": "json_schema", "json_schema": {"schema": schema}}
    request = {"model": "m", "messages": said("x"), "response_format": form}
    status, document = gateway.post("/v1/chat/completions", request)
    assert status in (200, 400)
    assert len(json.dumps(document)) < 200_000
