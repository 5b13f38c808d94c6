"""Remove every container and image that Assay made on this engine, or only what is left over and over the budget."""

from __future__ import annotations

import argparse

from sandbox.commands import DONE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--left-over",
        action="store_true",
        help="keep caches as far as ASSAY_DISK_BUDGET allows; remove what evaluations that are over have left",
    )


def main(given: argparse.Namespace) -> int:
    """Exit status 0; 3 when the engine does not answer."""
    from sandbox.engine.docker import DockerEngine  # the other subcommands must not need the Docker SDK

    with DockerEngine() as engine:
        removed = [*engine.reap(frozenset()), *engine.evict()] if given.left_over else engine.purge()
    print("\n".join(removed) or "There was nothing to remove.")
    return DONE
