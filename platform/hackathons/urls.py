"""Addresses of events, teams and projects."""

from django.urls import path

from hackathons import views

urlpatterns = [
    path("events/", views.hackathon_list, name="hackathon_list"),
    path("events/new/", views.hackathon_create, name="hackathon_create"),
    path("events/<slug:slug>/", views.hackathon_detail, name="hackathon"),
    path("teams/<int:pk>/", views.team_detail, name="team"),
    path("teams/<int:pk>/projects/new/", views.project_create, name="project_create"),
    path("join/<str:code>/", views.team_join, name="team_join"),
    path("p/<str:public_id>/", views.project_detail, name="project"),
    path("p/<str:public_id>/edit/", views.project_edit, name="project_edit"),
]
