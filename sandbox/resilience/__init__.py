"""Resilience: what a service is put through, and how it is seen to take it."""
