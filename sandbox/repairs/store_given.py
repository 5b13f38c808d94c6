"""An app that stops without a database which nobody brings: its kind is put beside it, by the app's own settings."""

from __future__ import annotations

from dataclasses import replace

from sandbox.launch.stores import with_stores
from sandbox.plan import Plan
from sandbox.repairs import Broken, Repair


def mend(broken: Broken) -> tuple[Plan, str] | None:
    plan = broken.plan
    found = with_stores(broken.tree, plan, at_need=True)
    missing = broken.fault.facts.get("name", "").upper()
    if found == plan or (broken.fault.id == "missing_setting" and missing not in found.env.keys() - plan.env.keys()):
        return None
    return replace(found, why=plan.why), " ".join(found.why[len(plan.why) :])


REPAIR = Repair("store_given", 15, frozenset({"dependency_unreachable", "missing_setting"}), mend)
