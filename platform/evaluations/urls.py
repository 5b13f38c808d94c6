"""Addresses of evaluations."""

urlpatterns: list = []
