"""Asking an application that calls models: where it is asked, fed and measured, and what the gateway saw meanwhile."""
