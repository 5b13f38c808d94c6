"""Does the service's repository train its model, the same again with its seed, and worse with shuffled labels?"""

from __future__ import annotations

from typing import Any

from sandbox.probes import Probe, Target
from sandbox.training.observed import observe
from sandbox.training.told import training_in


def gather(target: Target) -> dict[str, Any]:
    """{ran: False, why} or what docs/probes.md says of `training`."""
    training, nothing = training_in(target)
    return nothing if training is None else observe(target, training)


PROBE = Probe("training", 1, 62, "service", "Does the repository train the model that it serves?", gather)
