"""Print the run policies of this engine under the limits that are set: what a scorecard names by digest."""

from __future__ import annotations

import argparse

from sandbox.commands import DONE, print_json
from sandbox.limits import Limits


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", choices=("default", "strict"), help="only this one")


def main(given: argparse.Namespace) -> int:
    """Exit status 0; 3 when the engine does not answer. {profile: {"digest", "policy"}} as JSON."""
    from sandbox.engine.docker import DockerEngine  # the other subcommands must not need the Docker SDK

    with DockerEngine() as engine:
        policies = engine.policies(Limits.from_environment())
    print_json(
        {
            profile: {"digest": policy.digest(), "policy": policy.to_json()}
            for profile, policy in policies.items()
            if given.profile in (None, profile)
        }
    )
    return DONE
