"""Every address of the site: each app lists its own."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("hackathons.urls")),
    path("", include("evaluations.urls")),
    path("", include("judges.urls")),
    path("", include("portfolios.urls")),
    path("admin/", admin.site.urls),
]
