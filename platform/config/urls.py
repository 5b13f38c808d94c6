"""Every address of the site: each app lists its own."""

from django.contrib import admin
from django.urls import include, path

from config import health

urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("hackathons.urls")),
    path("", include("evaluations.urls")),
    path("", include("judges.urls")),
    path("", include("portfolios.urls")),
    path("api/v1/", include("config.api")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("admin/", admin.site.urls),
]
