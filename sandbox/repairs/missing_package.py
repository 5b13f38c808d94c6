"""A package that the code imports and no manifest names: what usually brings the module is installed."""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.launch.stage import instructions
from sandbox.plan import Plan
from sandbox.pysource.distributions import distribution_of
from sandbox.repairs import Broken, Repair

_DISTRIBUTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}(?:\[[a-z]{1,20}\])?")


def mend(broken: Broken) -> tuple[Plan, str] | None:
    package = broken.fault.facts.get("package", "")
    wanted = broken.fault.facts.get("distribution") or distribution_of(package.partition(".")[0])
    if not _DISTRIBUTION.fullmatch(wanted) or "pip install" not in broken.plan.dockerfile:
        return None
    user = next((one.arguments for one in reversed(instructions(broken.plan.dockerfile)) if one.keyword == "USER"), "")
    lines = (
        ["USER root", f"RUN pip install {wanted}", f"USER {user or 'root'}"] if user else [f"RUN pip install {wanted}"]
    )
    # Before the start command stays the last line that a person reads.
    plan = replace(broken.plan, dockerfile="\n".join([broken.plan.dockerfile.rstrip(), *lines, ""]))
    return plan, f"{wanted} was installed, since the code imports {package}. Add {wanted} to the requirements."


REPAIR = Repair("missing_package", 10, frozenset({"requirements_missing_package", "build_missing_package"}), mend)
