"""Addresses of portfolios."""

urlpatterns: list = []
