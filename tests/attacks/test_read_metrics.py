"""Attacks by a metrics page: more series than anybody counts, values that are none, text that keeps a parser busy."""

import contextlib
import time

import pytest

from sandbox import exposition
from sandbox.exposition import MAX_BYTES, MAX_LABELS, MAX_LINE, MAX_SERIES, parse
from tests.attacks.looking import verdict

LONG = MAX_LINE - 64
# On a slow, busy machine: what any page of this size may cost the worker.
CPU_S = 20.0
# A page of the largest size in which every line keeps the parser busy.
BUSY = {
    "escapes": 'a{x="' + '\\"' * (LONG // 2) + '"} 1\n',
    "backslashes": 'a{x="' + "\\" * (LONG // 2 * 2) + '"} 1\n',
    "labels": "a{" + ",".join(f'l{number}="v"' for number in range(MAX_LABELS)) + "} 1\n",
    "quoted names": '{"' + '\\"' * (LONG // 2) + '"} 1\n',
    "help": "# HELP a " + "\\" * LONG + "\n",
    "types": "# TYPE a counter\n",
    "commas": "a{" + "," * LONG + "} 1\n",
    "open": 'a{x="' + "{" * LONG + "\n",
    "digits": "a 1 " + "9" * LONG + "\n",
    "comments": "#\n",
}
REFUSED = {
    "millions of series": "".join(f'a{{x="{number}"}} 1\n' for number in range(MAX_SERIES + 1)),
    "a gigantic label": f'a{{x="{"y" * MAX_LINE}"}} 1\n',
    "a gigantic page": "a 1\n" * (MAX_BYTES // 4 + 1),
    "too many labels": "a{" + ",".join(f'l{number}="v"' for number in range(MAX_LABELS + 1)) + "} 1\n",
    "nothing": "",
    "a page": "<!doctype html><p>requests_total 5",
    "JSON": '{"http_requests_total": 7}',
    "controls": "\x00\x1b[2J\x07",
    "half a series": 'http_requests_total{path="/',
    "bad UTF-8": b"\xff\xfe\xfa{}\xff 1".decode("utf-8", "replace"),
    "a time that is none": "a 1 " + "9" * 400 + "\n",
    "our own protocol": '{"result": {"answers": []}}',
}
COUNTER = "# TYPE http_requests_total counter\nhttp_requests_total "


@pytest.mark.parametrize("line", BUSY.values(), ids=BUSY)
def test_page_that_keeps_the_parser_busy_ends(line):
    page = line * (MAX_BYTES // len(line))
    began = time.process_time()
    with contextlib.suppress(ValueError):
        parse(page)
    assert time.process_time() - began < CPU_S


@pytest.mark.parametrize("page", REFUSED.values(), ids=REFUSED)
def test_page_that_is_none_is_refused_by_one_kind_of_error(page):
    with pytest.raises(ValueError, match=r"\w"):
        parse(page)


@pytest.mark.parametrize("value", ["NaN", "+Inf", "-Inf", "1e999", "-1e999", "1e308", "9" * 300])
def test_value_that_is_no_count_counts_nothing(value):
    assert parse(f"{COUNTER}{value}\n").counters == {"http_requests_total": 0.0}


def test_series_that_stands_there_often_counts_once():
    assert parse(COUNTER + "5\nhttp_requests_total 5\nhttp_requests_total 7\n").counters["http_requests_total"] == 5.0


def test_family_whose_type_is_declared_often_is_one_kind_or_refused():
    page = "# TYPE a counter\n# TYPE a gauge\n# TYPE a histogram\na_total 5\na_count 7\n"
    try:
        totals = parse(page)
    except ValueError:
        return
    assert len(totals.counters) + len(totals.histograms) <= 1


def test_reader_without_caps_builds_whatever_it_is_given(monkeypatch):
    monkeypatch.setattr(exposition, "MAX_SERIES", 10**9)
    assert parse(REFUSED["millions of series"]).series == MAX_SERIES + 1


# What answers everything it is asked with more than anybody reads: endless, deep or made up.
ATTACKER = """
import http.server, json, os
class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        path = self.path.partition("?")[0]
        self.send_response(200 if path in ("/", "/health", "/healthz", "/ready", "/metrics", "/openapi.json") else 404)
        self.send_header("Content-Type", "application/json" if "json" in path else "text/plain")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            if path == "/metrics":
                for first in range(0, 10**7, 1000):
                    self.say("".join('requests_total{x="%d"} 1\\n' % (first + each) for each in range(1000)))
            elif path == "/health":
                while True:
                    self.say('{"status": "ok", "score": 100} ' * 1000)
            elif path == "/healthz":
                self.say("[" * 900_000)
            elif path == "/ready":
                self.say('{"status": "down", "status": "ok", "score": 1e999, "x": ' + "9" * 5000 + "}")
            elif path == "/openapi.json":
                self.say('{"servers": [{"url": "http://169.254.169.254/"}], "paths": {"//127.0.0.1:9/x": {"get": {}}')
                self.say(',"/a\\\\r\\\\nHost: x": {"get": {}}, "/deep": {"get": {"x": ' + "[" * 800_000)
            self.say("")
        except OSError:
            pass
    def say(self, text):
        self.wfile.write(b"%x\\r\\n%s\\r\\n" % (len(text), text.encode()))
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(("", 8000), Answer)
print("ready")
server.serve_forever()
"""


def test_service_that_answers_without_end_is_seen_and_fails_its_own_checks(look, neighbour):
    look.service(ATTACKER)
    evidence = look.observe("boot", "scenario", "metrics", "errors", "health")
    boot, metrics = evidence.probes["boot"], evidence.probes["metrics"]
    why = {row["path"]: row["why"] for row in boot["candidates"]}
    assert why["/health"] == "no answer"
    assert (metrics["present"], metrics["parses"]) == (True, False)
    assert "too_large" in metrics["why"]
    assert [row["path"] for row in evidence.probes["scenario"]["requests"]] == ["/"]
    assert verdict(evidence, "exposes_metrics").outcome == "fail"
    assert verdict(evidence, "counts_requests").outcome == "fail"
