"""Addresses of evaluations."""

from django.urls import path

from evaluations import build_settings, views

urlpatterns = [
    path("dashboard/", views.dashboard, name="dashboard"),
    path("p/<str:public_id>/submit/", views.submit, name="project_submit"),
    path("p/<str:public_id>/build/", build_settings.edit, name="project_build"),
    path("e/<str:public_id>/", views.detail, name="evaluation"),
    path("e/<str:public_id>/cancel/", views.cancel, name="evaluation_cancel"),
    path("e/<str:public_id>/rerun/", views.rerun, name="evaluation_rerun"),
]
