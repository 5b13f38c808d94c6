"""Remove every container and image that Assay made on this engine."""

from __future__ import annotations

import argparse

from sandbox.engine.docker import DockerEngine


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser  # nothing to choose


def main(given: argparse.Namespace) -> int:
    """Exit status 0."""
    del given
    removed = DockerEngine().reap(frozenset())
    print("\n".join(removed) or "There was nothing to remove.")
    return 0
