"""Deployment: the local commands, the container image, and what a server needs."""
