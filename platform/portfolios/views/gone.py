"""The answer for what was public once and was taken back: 410 with a page that says so."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def gone(request: HttpRequest, what: str) -> HttpResponse:
    """Answer 410; `what` begins a sentence ("This scorecard")."""
    return render(request, "portfolios/gone.html", {"what": what}, status=410)
