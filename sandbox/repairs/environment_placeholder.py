"""A setting without which the app does not start: the example file's value, else a placeholder for a secret."""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.plan import Plan
from sandbox.repairs import Broken, Repair
from sandbox.sourcetext.placeholders import PLACEHOLDER, example_values

_NAME = re.compile(r"[A-Za-z_]\w{1,60}")
# An address without a value would only move the error.
_ADDRESS = re.compile(r"(?:URL|URI|HOST|ADDRESS|ENDPOINT|DSN)$")


def mend(broken: Broken) -> tuple[Plan, str] | None:
    name = broken.fault.facts.get("name", "")
    if not _NAME.fullmatch(name) or name in broken.plan.env:
        return None
    path, values = example_values(broken.tree)
    known = {key: value for key, value in values.items() if value and key not in broken.plan.env}
    if name not in known and name.upper() not in known:
        if _ADDRESS.search(name.upper()):
            return None
        known[name.upper() if name.islower() else name] = PLACEHOLDER
        known |= dict.fromkeys(_named_beside(name, broken.fault.detail) - broken.plan.env.keys(), PLACEHOLDER)
    source = f"the values of {path}" if path and len(known) > 1 else "a placeholder"
    why = f"{source} for {', '.join(sorted(known)[:8])} were given. Give {name} a default for local runs."
    return replace(broken.plan, env={**known, **broken.plan.env}), why[0].upper() + why[1:]


def _named_beside(name: str, log: str) -> set[str]:
    """Other settings in the line that says what is missing, but for addresses: "Missing env: A_KEY, B_TOKEN"."""
    line = next((one for one in reversed(log.splitlines()) if re.search(rf"\b{re.escape(name)}\b", one)), "")
    listed = re.search(rf"\b{re.escape(name)}((?:[ ]{{0,4}}(?:,|and|&)[ ]{{0,4}}[A-Z][A-Z0-9_]{{2,60}}){{1,20}})", line)
    others = re.findall(r"[A-Z][A-Z0-9_]{2,60}", listed[1]) if listed else []
    return {other for other in others if not _ADDRESS.search(other)}


REPAIR = Repair("environment_given", 20, frozenset({"missing_setting"}), mend)
