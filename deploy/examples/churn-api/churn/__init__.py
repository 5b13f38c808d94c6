"""Churn prediction as a service."""
