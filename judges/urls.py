"""Addresses of judges."""

urlpatterns: list = []
