"""An app that stops without a database which nobody brings: its kind is put beside it, by the app's own settings."""

from __future__ import annotations

from dataclasses import replace

from sandbox.launch.stores import with_stores
from sandbox.plan import Plan
from sandbox.repairs import Broken, Repair


def mend(broken: Broken) -> tuple[Plan, str] | None:
    plan = broken.plan
    found = with_stores(broken.tree, plan, at_need=True)
    given = {name: value for name, value in found.env.items() if plan.env.get(name) != value}
    missing = broken.fault.facts.get("name", "").upper()
    if found == plan or (broken.fault.id == "missing_setting" and missing not in given):
        return None
    added = [one for one in found.companions if one not in plan.companions]
    how = f", which the app finds by {', '.join(given)}" if given else ""
    titles = " and ".join(one.runtime for one in added)
    why = (
        f"{titles} was put beside the app{how}. "
        f"Say so in a compose file, or in assay.yaml: services: [{', '.join(one.name for one in added)}]."
    )
    return replace(found, why=plan.why), why


REPAIR = Repair("store_given", 15, frozenset({"dependency_unreachable", "missing_setting"}), mend)
