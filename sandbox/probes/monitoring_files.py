"""What the repository brings to whoever operates it: Prometheus' alert rules and Grafana's dashboards."""

from __future__ import annotations

from typing import Any

from sandbox.monitoring.dashboards import dashboards_of
from sandbox.monitoring.rules import rules_of
from sandbox.probes import Probe, SourceTarget


def gather(target: SourceTarget) -> dict[str, Any]:
    """{files, alerts, recorded, dashboards}; see sandbox.monitoring.rules and .dashboards."""
    rules = rules_of(target.tree)
    return rules | {"dashboards": dashboards_of(target.tree, rules["recorded"])}


PROBE = Probe("monitoring_files", 1, 6, "source", "Which alert rules and dashboards does it bring?", gather)
