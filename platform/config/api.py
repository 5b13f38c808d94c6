"""The machine interface's addresses and its one form of errors (RFC 9457 problem details)."""

from http import HTTPStatus

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework import routers
from rest_framework.response import Response
from rest_framework.views import exception_handler

from evaluations.api import EvaluationViewSet

router = routers.SimpleRouter()
router.register("evaluations", EvaluationViewSet, basename="evaluation-api")

urlpatterns = [
    path("", include(router.urls)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
]


def problem(error: Exception, context: dict) -> Response | None:
    """REST framework's errors as `application/problem+json`: {type, title, status, detail, errors}."""
    response = exception_handler(error, context)
    if response is None:
        return None
    body = {
        "type": "about:blank",
        "title": HTTPStatus(response.status_code).phrase,
        "status": response.status_code,
    }
    if isinstance(response.data, dict) and "detail" in response.data:
        body["detail"] = str(response.data["detail"])
    elif isinstance(response.data, dict):
        body["detail"] = "Some members are not right; each is named in `errors`."
        body["errors"] = [
            {"pointer": "" if name == "non_field_errors" else f"/{name}", "detail": str(text)}
            for name, texts in response.data.items()
            for text in (texts if isinstance(texts, list) else [texts])
        ]
    response.data = body
    response.content_type = "application/problem+json"
    return response
