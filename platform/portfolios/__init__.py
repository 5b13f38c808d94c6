"""Profiles, credentials and the public pages built on them."""
