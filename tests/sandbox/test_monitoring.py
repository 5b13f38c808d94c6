"""What metrics pages, logs and API documents are read for: as services write them, and as none should."""

import contextlib
import json
import math
import re
import time

import pytest

from sandbox.badinputs import LIMIT, bad_requests
from sandbox.exposition import MAX_BYTES, parse
from sandbox.monitoring.latency import compare, unsound
from sandbox.monitoring.logs import errors_in, since, ways_out
from sandbox.monitoring.planted import Planted, secrets_of
from sandbox.monitoring.scrapes import added, errors, fallen, gauges, nearest, returned, rises, versions
from sandbox.monitoring.versions import named_in
from sandbox.probes import exposure
from tests.attacks.test_read_metrics import BUSY, CPU_S

PAGE = """# HELP http_requests_total Requests
# TYPE http_requests_total counter
http_requests_total{{status="200"}} {good}
http_requests_total{{status="422"}} {bad}
# HELP in_flight Under way
# TYPE in_flight gauge
in_flight {flight}
# HELP database_up Whether it answers
# TYPE database_up gauge
database_up {up}
# HELP seconds Time
# TYPE seconds histogram
seconds_bucket{{le="0.01"}} {fast}
seconds_bucket{{le="0.1"}} {slow}
seconds_bucket{{le="+Inf"}} {slow}
seconds_count {slow}
seconds_sum 3
"""


def page(*, good=1, bad=0, flight=0, up=1, fast=0, slow=0):
    return parse(PAGE.format(good=good, bad=bad, flight=flight, up=up, fast=fast, slow=slow))


def test_openmetrics_is_read_as_prometheus_is():
    text = '# HELP hits Hits\n# TYPE hits counter\nhits_total 7.0 # {trace_id="a"} 1.0\n# EOF\n'
    read = parse(text)
    assert read.counters == {"hits_total": 7.0}
    assert read.undescribed == ()


def test_families_without_help_or_type_are_named():
    assert parse("# TYPE a gauge\na 1\nb 2\n").undescribed == ("a", "b")
    assert page().undescribed == ()


def test_errors_are_counted_by_status_or_by_name():
    before, after = page(), page(good=5, bad=9)
    assert nearest(rises(errors(before), errors(after)), 9) == ("http_requests_total with a status of 4xx or 5xx", 9.0)
    named = parse("# TYPE failures_total counter\nfailures_total 4\n")
    assert errors(named) == {"failures_total": 4.0}
    assert nearest(rises(errors(after), errors(after)), 9) == (None, 0.0)


def test_counter_that_falls_or_vanishes_is_seen_and_a_gauge_may_fall():
    assert fallen([page(good=5, flight=3), page(good=6)]) == []
    assert fallen([page(good=5), page(good=4)]) == ['http_requests_total{status="200"}']
    assert fallen([page(good=5), parse("# TYPE other gauge\nother 1\n")]) != []


def test_gauge_of_requests_under_way_and_gauge_that_returns():
    assert gauges(page(flight=4)) == {"in_flight": 4.0}
    assert returned(page(), page(up=0), page()) == ["database_up"]
    assert returned(page(), page(up=0), page(up=0)) == []


def test_series_that_are_new():
    before, after = page(), parse(PAGE.format(good=1, bad=0, flight=0, up=1, fast=0, slow=0) + "x 1\n")
    assert added(before, after) == [("x", ())]


def test_quantiles_are_compared_in_buckets():
    seen = compare(page(), page(fast=38, slow=40), "seconds", [0.004] * 38 + [0.05] * 2)
    assert seen["count"] == 40
    assert (seen["p50"]["apart"], seen["p95"]["apart"]) == (0, 0)
    wrong = compare(page(), page(fast=40, slow=40), "seconds", [0.7] * 40)
    assert wrong["p50"] == {"ours_ms": 700.0, "from_ms": 0.0, "to_ms": 10.0, "apart": 2}
    assert compare(page(), page(), "seconds", [0.1])["p50"] is None


@pytest.mark.parametrize(
    ("buckets", "why"),
    [
        (
            'h_bucket{le="1"} 5\nh_bucket{le="2"} 3\nh_bucket{le="+Inf"} 5\nh_count 5\n',
            "its buckets are not cumulative",
        ),
        ('h_bucket{le="1"} 5\nh_count 5\n', "it has no +Inf bucket"),
        ('h_bucket{le="1"} 5\nh_bucket{le="+Inf"} 5\nh_count 9\n', "its +Inf bucket is not its count"),
        ('h_bucket{le="1"} 5\nh_bucket{le="+Inf"} 5\nh_count 5\n', ""),
        ('h_bucket{le="much"} 5\nh_bucket{le="+Inf"} 5\nh_count 5\n', ""),
    ],
    ids=["not-cumulative", "no-inf", "other-count", "sound", "odd-bound"],
)
def test_histogram_that_is_none_is_called_so(buckets, why):
    assert unsound(parse(f"# TYPE h histogram\n{buckets}"), "h") == why


def test_versions_of_the_model_and_not_of_the_language():
    assert versions(parse('model_info{version="7"} 1\npython_info{version="3.12"} 1\n')) == ["7"]
    assert named_in(['{"price": 1, "model_version": "7"}', "[1]", "no JSON", '{"a": {"model": {"version": 8}}}']) == [
        "7",
        "8",
    ]
    assert named_in(["[" * 100_000]) == []


def test_lines_since_another_look_also_of_a_log_that_was_cut():
    assert since(b"a\nb\n", b"a\nb\nc\n") == ["c"]
    assert since(b"", b"c\n") == ["c"]
    first = b"".join(b"line %d\n" % number for number in range(200))
    assert since(first, first[500:] + b"new\n") == ["new"]
    assert since(b"gone\n", b"x\ny\n") == ["x", "y"]


def test_lines_of_errors_and_of_ways_out():
    lines = ['{"level": "error"}', "INFO fine", "ValueError: x", "ERROR down", "errors: none"]
    assert errors_in(lines) == ['{"level": "error"}', "ValueError: x", "ERROR down"]
    out = "urlopen error [Errno -3] Temporary failure in name resolution"
    assert ways_out([out, "GET / 200"]) == [out]


def test_planted_data_is_found_and_never_shown():
    planted = Planted.new()
    body = planted.into('{"name": "text", "card": "text", "count": 3, "more": ["text"]}')
    assert planted.address in body
    assert planted.card in body
    assert json.loads(body)["count"] == 3
    ((what, line), *_) = planted.found([f"new user {planted.address} with Bearer {planted.token}"])
    assert what == "address"
    assert planted.address not in line
    assert planted.token not in line
    assert planted.found(["nothing"]) == []


def test_secrets_of_the_environment_that_are_no_words():
    env = {"API_KEY": "sk-12345678", "SECRET": "changeme", "PASSWORD": "short", "HOST": "db-12345678"}
    assert secrets_of(env) == {"API_KEY": "sk-12345678"}


ORDER = {
    "type": "object",
    "required": ["item", "pieces"],
    "properties": {
        "item": {"type": "string", "minLength": 1, "maxLength": 5},
        "pieces": {"type": "integer", "minimum": 1, "maximum": 9},
        "kind": {"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}]},
    },
}


def document(schema):
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}
    number = {"name": "number", "in": "path", "schema": {"type": "integer"}}
    return {
        "components": {"schemas": {"Order": schema}},
        "paths": {
            "/orders": {"post": {"requestBody": body}},
            "/orders/{number}": {"get": {"parameters": [number]}, "delete": {"parameters": [number]}},
        },
    }


def test_each_bad_request_has_one_thing_wrong():
    rows = bad_requests(document(ORDER))
    kinds = [row["kind"] for row in rows]
    assert {"without item", "pieces: not an integer", "pieces: below its minimum", "item: longer than allowed"} <= set(
        kinds
    )
    assert "number: not a number" in kinds
    assert {row["method"] for row in rows} == {"GET", "POST"}
    missing = json.loads(next(row["body"] for row in rows if row["kind"] == "without item"))
    assert set(missing) == {"pieces"}
    assert len(kinds) == len(set(kinds))


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/components/schemas/Order"},
        {"properties": {"a": []}},
        {"properties": {"a": {"minimum": math.inf}}},
        [],
    ],
    ids=["of-itself", "no-schema", "infinite", "a-list"],
)
def test_schema_that_makes_no_sense_makes_no_harm(schema):
    assert len(bad_requests(document(schema))) <= LIMIT


def test_no_more_bad_requests_than_allowed():
    wide = {"type": "object", "properties": {f"n{number}": {"type": "integer"} for number in range(500)}}
    many = document(wide)
    many["paths"] |= {f"/a{number}": many["paths"]["/orders"] for number in range(300)}
    assert len(bad_requests(many)) == LIMIT
    assert bad_requests({"paths": []}) == []


@pytest.mark.parametrize("line", BUSY.values(), ids=BUSY)
def test_openmetrics_page_that_keeps_the_parser_busy_ends(line):
    began = time.process_time()
    with contextlib.suppress(ValueError):
        parse(line * (MAX_BYTES // len(line) - 1) + "# EOF\n")
    assert time.process_time() - began < CPU_S


@pytest.mark.parametrize("piece", ["<title", '"password', "a" * 99, "STACK ", "PATH ", '"a" : ', "<h1>admi"])
def test_page_made_to_keep_the_search_for_debug_pages_busy_ends(piece):
    body = piece * (exposure.BODY_BYTES // len(piece))
    began = time.process_time()
    for _, _, mark in exposure.PAGES:
        re.search(mark, body, re.MULTILINE)
    exposure.DEBUG_PAGE.search(body)
    exposure.CLOSED.search(body)
    assert time.process_time() - began < CPU_S / 10


def test_log_made_to_keep_the_search_for_errors_busy_ends():
    lines = ["x" * 400, "Error " * 66, "a.b." * 100, '"level": ' * 44] * 1_000
    began = time.process_time()
    errors_in(lines)
    ways_out(lines)
    assert time.process_time() - began < CPU_S / 10
