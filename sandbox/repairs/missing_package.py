"""A package that the code imports and no manifest names: what usually brings the module is installed."""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.launch.packages import with_packages
from sandbox.plan import Plan
from sandbox.pysource.distributions import distribution_of
from sandbox.repairs import Broken, Repair

_DISTRIBUTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}(?:\[[a-z]{1,20}\])?(?:<\d{1,4})?")


def mend(broken: Broken) -> tuple[Plan, str] | None:
    package = broken.fault.facts.get("package", "")
    wanted = broken.fault.facts.get("distribution", "")
    if broken.fault.id != "standard_module_gone":
        wanted = wanted or distribution_of(package.partition(".")[0])
    text = with_packages(broken.plan.dockerfile, [wanted]) if _DISTRIBUTION.fullmatch(wanted) else None
    if text is None:
        return None
    plan = replace(broken.plan, dockerfile=text)
    return plan, f"{wanted} was installed, since the code imports {package}. Add {wanted} to the requirements."


REPAIR = Repair(
    "missing_package",
    10,
    frozenset({"requirements_missing_package", "build_missing_package", "standard_module_gone"}),
    mend,
)
