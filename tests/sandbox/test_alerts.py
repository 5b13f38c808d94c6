"""Alert rules and dashboards as they are read, and what PromQL says of a few looks; no container."""

import json
import math

import pytest

from sandbox.exposition import parse
from sandbox.monitoring.dashboards import dashboards_of
from sandbox.monitoring.exposed import names_of, unknown, whose
from sandbox.monitoring.firing import try_fault, watched
from sandbox.monitoring.promql import nodes, syntax
from sandbox.monitoring.promql.evaluating import Look, Unsupported, evaluate
from sandbox.monitoring.rules import rules_of
from sandbox.tree import Tree

CALM = """# TYPE http_requests_total counter
http_requests_total{route="/a",status="200"} 10
# TYPE drift_psi gauge
drift_psi{column="age"} 0.04
# TYPE seconds histogram
seconds_bucket{le="0.1"} 8
seconds_bucket{le="1"} 10
seconds_bucket{le="+Inf"} 10
seconds_count 10
seconds_sum 2
"""


def page(text, **values):
    for name, value in values.items():
        text = "\n".join(
            line.rpartition(" ")[0] + f" {value}" if name in line and line[0] != "#" else line
            for line in text.splitlines()
        )
    return parse(text + "\n")


def asked(text, *pages):
    looks = [Look(number * 60.0, None if one is None else one.samples) for number, one in enumerate(pages)]
    return evaluate(syntax.parse(text), looks)


class TestSyntax:
    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("up == 0", ["up"]),
            ('sum(rate(a_total{code=~"5.."}[5m])) by (job) / sum(rate(a_total[5m])) > 0.05', ["a_total"]),
            ("histogram_quantile(0.95, sum by (le) (rate(x_bucket[5m])))", ["x_bucket"]),
            ("max_over_time(rate(x[5m])[1h:5m]) > 1", ["x"]),
            ("a offset 5m / on(route) group_left(x) b unless c @ end()", ["a", "b", "c"]),
            ('{__name__="foo", a!~"b"} # and no bar', ["foo"]),
            ("-2 ^ 2 < bool 0x1F", []),
            ("count by (x) (sum) > 1", ["sum"]),
        ],
    )
    def test_metrics_that_a_query_names(self, query, names):
        assert nodes.names(syntax.parse(query)) == names

    @pytest.mark.parametrize(
        "query", ["", "up ==", "sum(", "x{a=b}", "x[5]", "up == 0)", "{{ $x }}", "x{a='", "(" * 3000, "5m_x", "a b"]
    )
    def test_what_is_no_query_is_unreadable(self, query):
        with pytest.raises(syntax.Unreadable):
            syntax.parse(query)


class TestEvaluating:
    @pytest.mark.parametrize(
        ("query", "values"),
        [
            ("sum(http_requests_total)", [70.0]),
            ("increase(http_requests_total[5m])", [60.0]),
            ("rate(http_requests_total[5m]) > 0.5", [1.0]),
            ("2 * drift_psi > 1", []),
            ('up{job="api"}', [1.0]),
            ("absent(nothing)", [1.0]),
            ("absent(drift_psi)", []),
            ("histogram_quantile(0.5, seconds_bucket)", [0.0625]),
            ("clamp_max(sum by (status) (http_requests_total), 5)", [5.0]),
            ("http_requests_total > 5 and on() drift_psi < 0.1", [70.0]),
            ("http_requests_total unless on() drift_psi", []),
            ("vector(3) % 2", [1.0]),
            ("drift_psi / on() group_left() (drift_psi * 0)", [math.inf]),
            ('http_requests_total{route!~"/b.*"}', [70.0]),
            ('http_requests_total{code="500"}', []),
        ],
    )
    def test_what_a_query_says(self, query, values):
        found = asked(query, page(CALM), page(CALM, http_requests_total=70))
        assert list(found.values()) == values

    def test_counter_that_fell_was_started_again(self):
        pages = [page(CALM), page(CALM, http_requests_total=4)]
        assert list(asked("increase(http_requests_total[5m])", *pages).values()) == [4.0]

    def test_of_a_service_that_is_gone_only_up_is_left(self):
        assert list(asked("up == 0", page(CALM), None).values()) == [0.0]
        assert asked("drift_psi", page(CALM), None) == {}

    @pytest.mark.parametrize(
        "query",
        [
            "predict_linear(drift_psi[1h], 60)",
            "drift_psi offset 5m",
            'http_requests_total{route=~"(a+)+b"}',
            'http_requests_total{route=~".*.*.*.*b"}',
            "drift_psi[5m]",
            '"text"',
            "count_over_time(drift_psi[1h:5m])",
        ],
    )
    def test_what_is_not_known_is_unsupported(self, query):
        with pytest.raises(Unsupported):
            asked(query, page(CALM))


RULES = """groups:
  - name: api
    rules:
      - record: job:errors
        expr: sum(rate(errors_total[5m]))
      - alert: Down
        expr: up{job="api"} == 0
        for: 1m
        labels: {severity: page}
        annotations: {summary: "{{ $labels.job }} is gone"}
      - alert: Errors
        expr: job:errors > 1
        for: soon
"""


class TestRules:
    def test_alert_is_read_with_its_line_and_what_is_behind_it(self):
        found = rules_of(Tree.of({"ops/alerts.yml": RULES, "compose.yaml": "services: {}\n"}))
        down, errors = found["alerts"]
        assert (down["name"], down["where"], down["severity"], down["problem"]) == (
            "Down",
            "ops/alerts.yml:6",
            "page",
            "",
        )
        assert (errors["names"], errors["problem"]) == (["errors_total"], "for: soon is no length of time")
        assert [row["path"] for row in found["files"]] == ["ops/alerts.yml"]

    def test_object_of_kubernetes_among_others_is_read(self):
        inside = "".join(f"  {line}\n" for line in RULES.splitlines())
        text = f"kind: Service\n---\nkind: PrometheusRule\nspec:\n{inside}"
        assert [row["where"] for row in rules_of(Tree.of({"k8s.yaml": text}))["alerts"]] == [
            "k8s.yaml:10",
            "k8s.yaml:15",
        ]

    @pytest.mark.parametrize("text", ["groups:\n - a: [\n   - alert: x\n", "groups: &a\n  - alert: *a\n"])
    def test_file_that_is_no_yaml_is_told(self, text):
        assert rules_of(Tree.of({"alerts.yml": text}))["files"][0]["problem"]

    def test_rule_that_records_from_itself_ends(self):
        text = "groups:\n- rules:\n  - {record: 'a:b', expr: 'a:b + 1'}\n  - {alert: X, expr: 'a:b > 1'}\n"
        found = rules_of(Tree.of({"alerts.yml": text}))
        assert found["alerts"][0]["names"] == []
        assert watched(found)[0].node is not None


class TestDashboards:
    def test_queries_of_panels_in_rows_are_read_with_their_variables(self):
        inner = {
            "type": "graph",
            "title": "R",
            "targets": [{"expr": 'rate(r_total{route=~"$route"}[$__rate_interval])'}],
        }
        other = {"type": "logs", "datasource": {"type": "loki"}, "targets": [{"expr": '{app="x"} |= "err"'}]}
        board = {"dashboard": {"title": "t", "panels": [{"type": "row", "panels": [inner, other]}]}}
        (found,) = dashboards_of(Tree.of({"grafana/d.json": json.dumps(board), "package.json": '{"rows": 1}'}), {})
        assert (found["panels"], [row["names"] for row in found["queries"]]) == (2, [["r_total"]])

    def test_name_that_a_variable_makes_may_be_any(self):
        panels = [{"type": "graph", "targets": [{"expr": "sum($metric) / ${other:raw}_total + [[old]]"}]}]
        (found,) = dashboards_of(Tree.of({"d.json": json.dumps({"panels": panels})}), {})
        assert found["queries"][0] | {"expr": ""} == {"panel": "", "expr": "", "names": [], "problem": ""}


class TestFiring:
    def fired(self, expr, *fault):
        rules = {"alerts": [{"name": "X", "where": "a:1", "expr": expr}], "recorded": {}}
        (alert,) = watched(rules)
        try_fault([alert], "a fault", [page(CALM), page(CALM, http_requests_total=20)], fault)
        return alert.to_json()

    def test_alert_fires_in_the_fault_and_not_before(self):
        found = self.fired("drift_psi > 0.2", page(CALM, drift_psi=0.9))
        assert (found["calm"], found["fired"], found["concerned"]) == (False, ["a fault"], ["a fault"])

    def test_alert_that_is_too_high_is_concerned_and_silent(self):
        found = self.fired("drift_psi > 5", page(CALM, drift_psi=0.9))
        assert (found["fired"], found["concerned"]) == ([], ["a fault"])

    def test_alert_about_something_else_is_not_concerned(self):
        found = self.fired("rate(http_requests_total[5m]) < 0", page(CALM, http_requests_total=400, drift_psi=0.9))
        assert (found["evaluated"], found["concerned"]) == (True, [])

    def test_alert_that_always_fires_is_told(self):
        assert self.fired("http_requests_total > 1", page(CALM))["calm"] is True

    def test_service_that_is_gone_concerns_what_reads_up(self):
        assert self.fired("up == 0", None)["fired"] == ["a fault"]

    @pytest.mark.parametrize("expr", ["predict_linear(drift_psi[1h], 9) > 1", "1 > 0", "up =="])
    def test_alert_that_cannot_be_followed_is_told_so(self, expr):
        found = self.fired(expr, None)
        assert (found["evaluated"], bool(found["why"])) == (False, True)


def test_names_are_told_apart_by_who_exposes_them():
    names = names_of(page(CALM))
    assert {"seconds_bucket", "seconds_sum", "http_requests_total", "drift_psi"} <= set(names)
    told = ["drift_psi", "up", "node_load1", "http_request_total"]
    assert [whose(name, names) for name in told] == ["its", "prometheus", "others", "nobody"]
    assert unknown(told, names) == ["http_request_total"]
