"""Remove every container and image that Assay made on this engine."""

from __future__ import annotations

import argparse

from sandbox.commands import DONE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser  # nothing to choose


def main(given: argparse.Namespace) -> int:
    """Exit status 0; 3 when the engine does not answer."""
    from sandbox.engine.docker import DockerEngine  # the other subcommands must not need the Docker SDK

    del given
    with DockerEngine() as engine:
        removed = engine.purge()
    print("\n".join(removed) or "There was nothing to remove.")
    return DONE
