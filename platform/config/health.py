"""The site's own health for whoever runs it: alive, ready (database and queue answer), and figures for Prometheus."""

import redis
from django.db import DatabaseError, connection
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse

from evaluations.models import LIVE, Evaluation
from evaluations.news import broker


def healthz(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "pass"})


def readyz(_request: HttpRequest) -> JsonResponse:
    """503 names what does not answer."""
    failing = []
    try:
        connection.ensure_connection()
    except DatabaseError:
        failing.append("database")
    try:
        broker().ping()
    except redis.RedisError:
        failing.append("redis")
    return JsonResponse({"status": "fail" if failing else "pass", "failing": failing}, status=503 if failing else 200)


def metrics(_request: HttpRequest) -> HttpResponse:
    """Evaluations by stage, and how many wait without a worker, in the Prometheus text format."""
    counts = dict(Evaluation.objects.values_list("stage").annotate(Count("pk")))
    waiting = Evaluation.objects.live().unleased().count()
    lines = [
        "# HELP assay_evaluations Evaluations by stage.",
        "# TYPE assay_evaluations gauge",
        *(f'assay_evaluations{{stage="{stage}"}} {number}' for stage, number in sorted(counts.items())),
        "# HELP assay_evaluations_live Evaluations that are not over.",
        "# TYPE assay_evaluations_live gauge",
        f"assay_evaluations_live {sum(counts.get(stage, 0) for stage in LIVE)}",
        "# HELP assay_evaluations_waiting Live evaluations that no worker holds.",
        "# TYPE assay_evaluations_waiting gauge",
        f"assay_evaluations_waiting {waiting}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")
