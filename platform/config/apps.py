"""The site's own app: it holds the template tags that every page shares."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "config"
