from django.urls import path

from books import views

urlpatterns = [
    path("", views.index),
    path("books/", views.books),
    path("healthz", views.healthz),
]
