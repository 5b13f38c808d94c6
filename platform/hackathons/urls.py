"""Addresses of hackathons."""

urlpatterns: list = []
