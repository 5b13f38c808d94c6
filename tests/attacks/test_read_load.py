"""Attacks of the load generator by what it loads: it reads no further than it must, inflates and follows nothing."""

from collections import Counter
from pathlib import Path

from tests.attacks import hostile

HOSTILE = Path(hostile.__file__).read_text()
INSIDE = HOSTILE.replace("else 8000", "else 9000")
REDIRECT = {"REDIRECT": "http://127.0.0.1:9000/secret"}
MIB = 1024 * 1024
# A connection's buffers on both sides beside the limit of an answer.
MOST_TAKEN = 24 * MIB
GENERATOR = "loadtest/locustfile.py"
# How each answer counts under load.
COUNTED = {
    "/redirect": "302",
    "/gzip": "200",
    "/deflate": "200",
    "/pipelined": "200",
    "/nul": "no answer",
    "/endless": "no answer",
    "/chunks": "no answer",
    "/headers": "no answer",
    "/long-header": "no answer",
    "/interim": "no answer",
    "/drip-body": "no answer",
    "/silent": "no answer",
    "/two-lengths": "no answer",
    "/old": "no answer",
    "/reset": "no answer",
}


def load(look, *paths, window_s=3.0, more=()):
    """The figures of a short load of these paths and of `more` requests."""
    requests = [{"method": "GET", "path": path, "body": "", "content_type": ""} for path in paths]
    step = {"name": "open", "rate": 10.0, "users": 16, "seconds": window_s, "drain_s": 10.0, "poll": True}
    request = {"port": 8000, "requests": [*requests, *more], "users": 16, "health_path": "/silent", "steps": [step]}
    return look.tool("load", request, timeout_s=200.0)["steps"][0]


def test_generator_survives_every_kind_of_answer(look, neighbour):
    """All kinds in one load: a generator that broke, or filled its memory, would leave no figures."""
    inside = look.service(INSIDE)
    service = look.service(HOSTILE, env=REDIRECT)
    figures = load(look, *COUNTED)
    assert figures["sent"] == 2 * len(COUNTED)
    assert figures["statuses"] == {how: 2 * times for how, times in Counter(COUNTED.values()).items()}
    assert figures["steadiness"]["failures"] == figures["steadiness"]["polls"]
    reports = look.reports(service, of=("/endless", "/chunks", "/headers"))
    assert {"/endless", "/chunks", "/headers"} <= {report["path"] for report in reports}
    assert all(report["sent"] < MOST_TAKEN for report in reports)
    assert look.reports(inside) == []


def test_generator_without_its_limits_follows_and_takes_what_it_is_given(look):
    follow = ("allow_redirects=False,", "allow_redirects=True,"), ("max_redirects = 0", "max_redirects = 5")
    take = ("ANSWER_BYTES = BODY_BYTES + HEADER_BYTES", "ANSWER_BYTES = 48 * 1024 * 1024")
    look.pierce(GENERATOR, *follow, take)
    inside = look.service(INSIDE)
    service = look.service(HOSTILE, env=REDIRECT)
    load(look, "/endless", *["/redirect"] * 4, window_s=0.5)
    assert {report["path"] for report in look.reports(inside, of=("/secret",))} == {"/secret"}
    assert max(report["sent"] for report in look.reports(service, of=("/endless",))) > MOST_TAKEN
