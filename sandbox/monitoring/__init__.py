"""Monitoring: what a service's metrics pages and log lines say, compared with what was done to it. Pure."""
