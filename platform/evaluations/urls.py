"""Addresses of evaluations."""

from django.urls import path

from evaluations import build_settings, views
from evaluations.hidden import views as hidden
from evaluations.rubrics import views as rubrics

urlpatterns = [
    path("dashboard/", views.dashboard, name="dashboard"),
    path("p/<str:public_id>/submit/", views.submit, name="project_submit"),
    path("p/<str:public_id>/build/", build_settings.edit, name="project_build"),
    path("events/<slug:slug>/scoring/", rubrics.scoring, name="scoring"),
    path("events/<slug:slug>/scoring/<slug:track>/", rubrics.edit, name="scoring_edit"),
    path("events/<slug:slug>/hidden/", hidden.edit, name="hidden_test_set"),
    path("rubrics/", rubrics.index, name="rubric_list"),
    path("rubrics/<path:name>.json", rubrics.document, name="rubric_document"),
    path("rubrics/<path:name>/", rubrics.detail, name="rubric"),
    path("e/<str:public_id>/", views.detail, name="evaluation"),
    path("e/<str:public_id>/cancel/", views.cancel, name="evaluation_cancel"),
    path("e/<str:public_id>/rerun/", views.rerun, name="evaluation_rerun"),
]
