"""Whose metric a name is: of this service, of Prometheus itself, of another exporter, or of nobody that is known."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Literal

from sandbox.exposition import Exposition

MOST = 1_000
NAME_CHARACTERS = 200
_OWN_OF_PROMETHEUS = re.compile(r"up|ALERTS|ALERTS_FOR_STATE|scrape_\w+|prometheus_\w+|alertmanager_\w+")
_OF_OTHERS = re.compile(
    r"(?:node|windows|container|cadvisor|kube|kubelet|machine|apiserver|coredns|etcd|pg|postgres|mysql|redis|mongodb"
    r"|memcached|rabbitmq|kafka|elasticsearch|nginx|traefik|haproxy|envoy|istio|probe|blackbox|grafana|loki|nvidia|DCGM"
    r"|qdrant|locust|vllm|ollama)_\w+"
)
_ENDS = {"histogram": ("_bucket", "_count", "_sum"), "summary": ("", "_count", "_sum")}
Whose = Literal["its", "prometheus", "others", "nobody"]


def names_of(page: Exposition) -> list[str]:
    """Every name that a query could read from the page, those of families that have no series yet too."""
    names = {name for name, _ in page.samples}
    for family, kind in page.kinds.items():
        names |= {family + end for end in _ENDS.get(kind, ("",))}
    return sorted(name[:NAME_CHARACTERS] for name in names)[:MOST]


def whose(name: str, exposed: Collection[str]) -> Whose:
    if name in exposed:
        return "its"
    if _OWN_OF_PROMETHEUS.fullmatch(name):
        return "prometheus"
    return "others" if _OF_OTHERS.fullmatch(name) else "nobody"


def unknown(names: Iterable[str], exposed: Collection[str]) -> list[str]:
    """Those that nobody exposes."""
    return [name for name in names if whose(name, exposed) == "nobody"]
