"""Kinds of sessions, one file each, found by this folder."""
