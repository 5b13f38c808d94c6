"""Where an application that calls models is asked, read from descriptions; series, chance and answers; no container."""

import pytest

from sandbox.assistant.asking import Asker, at, said
from sandbox.assistant.chance import interval
from sandbox.assistant.described import operations
from sandbox.assistant.library import Library
from sandbox.assistant.routes import EVERY, asks, documents, feedback
from sandbox.assistant.series import by_name, labelled, moved, series, shown


def described(**paths):
    """The operations of a document whose POST routes have these JSON members, or what is given for a text."""
    made = {}
    for name, given in paths.items():
        schema = {"$ref": "#/components/schemas/Body"} if given is None else {"properties": given}
        made[f"/{name}"] = {"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}}}
    body = {"allOf": [{"properties": {"prompt": {"type": "string"}, "stream": {"type": "boolean"}}}]}
    return operations({"paths": made, "components": {"schemas": {"Body": body}}})


TEXT = {"type": "string"}


class TestRoutes:
    def test_route_that_is_named_like_asking_comes_before_others_with_a_text(self):
        found = asks({}, described(notes={"text": TEXT}, chat={"message": TEXT, "user_id": TEXT}), [])
        assert [(row["path"], row["field"], row["user"]) for row in found] == [
            ("/chat", "message", {"field": "user_id"}),
            ("/notes", "text", None),
        ]

    def test_members_behind_references_are_seen(self):
        (route,) = asks({}, described(ask=None), [])
        assert (route["field"], route["stream_field"]) == ("prompt", "stream")

    def test_query_parameters_and_headers_are_seen(self):
        parameters = [
            {"name": "question", "in": "query", "required": True, "schema": TEXT},
            {"name": "X-User-Id", "in": "header", "schema": TEXT},
        ]
        found = asks({}, operations({"paths": {"/ask": {"get": {"parameters": parameters}}}}), [])
        assert [(row["method"], row["place"], row["user"]) for row in found] == [
            ("GET", "query", {"header": "X-User-Id"})
        ]

    def test_documents_feedback_and_streams_are_not_asked(self):
        operations_ = described(documents={"text": TEXT}, feedback={"text": TEXT}, login={"text": TEXT})
        operations_ += described(ask={"question": TEXT}, **{"ask/stream": {"question": TEXT}})
        (route,) = asks({}, operations_, [])
        assert (route["path"], route["stream"]) == ("/ask", "/ask/stream")
        assert documents({}, operations_, [])["path"] == "/documents"
        assert feedback({}, operations_)["path"] == "/feedback"

    def test_without_a_description_a_body_has_every_name(self):
        routes = [{"path": "/api/chat", "method": "POST"}, {"path": "/x/<id>", "method": "POST"}]
        found = asks({}, [], routes)
        assert [(row["path"], row["place"], row["field"]) for row in found] == [
            ("/api/chat", "json", EVERY),
            ("/api/chat", "form", EVERY),
        ]

    def test_declaration_wins_and_keeps_what_is_described(self):
        declared = {"ask": {"path": "/go", "field": "words", "json": {"k": 3}}, "user": {"header": "X-Me"}}
        (route,) = asks(declared, described(go={"words": TEXT, "k": {"type": "integer"}}), [])
        assert (route["field"], route["source"], route["user"]) == ("words", "declared", {"header": "X-Me"})
        assert route["json"]["k"] == 3

    @pytest.mark.parametrize("document", [None, [], {"paths": 3}, {"paths": {"/a": {"post": {"parameters": 3}}}}])
    def test_nonsense_describes_nothing(self, document):
        assert operations(document) == []

    def test_file_is_uploaded_where_the_description_says_so(self):
        schema = {"properties": {"file": {"type": "string", "format": "binary"}}}
        body = {"content": {"multipart/form-data": {"schema": schema}}}
        route = documents({}, operations({"paths": {"/upload": {"post": {"requestBody": body}}}}), [])
        assert (route["place"], route["field"]) == ("multipart", "file")


class TestAsking:
    def route(self, **more):
        plain = {"path": "/ask", "method": "POST", "place": "json", "field": "question", "json": {}, "headers": {}}
        return plain | {"stream": "", "stream_field": "", "user": None, "answer": ""} | more

    def test_question_goes_where_the_route_takes_it(self):
        asked = Asker(None, None, self.route(user={"field": "who"})).request("Why?", user="me")
        assert asked["body"] == '{"question": "Why?", "who": "me"}'
        asked = Asker(None, None, self.route(place="query", field="q", method="GET")).request("Why?")
        assert (asked["path"], asked["body"]) == ("/ask?q=Why%3F", "")
        asked = Asker(None, None, self.route(field="messages")).request("Why?")
        assert asked["body"] == '{"messages": [{"role": "user", "content": "Why?"}]}'

    def test_stream_has_a_path_or_a_member_of_its_own(self):
        asker = Asker(None, None, self.route(stream="/stream", stream_field="stream"))
        asked = asker.request("Why?", stream=True)
        assert (asked["path"], '"stream": true' in asked["body"]) == ("/stream", True)
        assert asker.request("Why?")["path"] == "/ask"

    def test_answer_is_read_without_the_question_that_it_repeats(self):
        answer = {"body": '{"question": "Say \\"x\\"", "data": [{"text": "no"}]}'}
        assert "Say" not in said(answer, 'Say "x"')
        assert said(answer, "", "data.text") == "no"
        assert at("broken", "a") is None

    @pytest.mark.parametrize(
        ("body", "known"),
        [('{"id": 7}', "7"), ('{"document": {"id": "a-b"}}', "a-b"), ('{"ids": ["x"]}', "x"), ('{"id": "../x"}', "")],
    )
    def test_document_is_known_by_its_id(self, body, known):
        assert Library(None, {"id": ""})._id({"body": body}) == known


class TestFigures:
    PAGE = (
        '# TYPE t counter\nt_total{arm="a"} 3\nt_total{arm="b"} 1\n'
        '# TYPE h histogram\nh_bucket{le="+Inf"} 2\nh_count 2\nh_sum NaN\n'
    )

    def test_series_move_one_by_one(self):
        before = series(self.PAGE)
        after = series(self.PAGE.replace('"a"} 3', '"a"} 8'))
        rises = moved(before, after)
        assert [(shown(key), rise) for key, rise in rises.items()] == [('t_total{arm="a"}', 5.0)]
        assert by_name(before) == {"t_total": 4.0, "h_count": 2.0}
        assert labelled(before) == {"arm": {"a", "b"}}

    def test_fair_coin_lies_within_its_interval(self):
        assert interval(0.5, 400) == (174, 226)
        assert interval(0.0, 400) == (0, 0)
