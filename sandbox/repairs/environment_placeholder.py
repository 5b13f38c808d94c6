"""A setting without which the app does not start: the example file's value, else a placeholder for a secret."""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.plan import Plan
from sandbox.repairs import Broken, Repair
from sandbox.sourcetext.placeholders import PLACEHOLDER, example_values

_NAME = re.compile(r"[A-Za-z_]\w{1,60}")
# An address without a value would only move the error.
_ADDRESS = re.compile(r"(?:URL|URI|HOST|ADDRESS|ENDPOINT|DSN|BROKER|BACKEND)$")
# How validators list what is missing: pydantic on lines of their own, Joi and envalid in one sentence or more.
_FIELD = re.compile(r"^[ \t]*(\w{2,60})\n[ \t]+[Ff]ield required\b", re.MULTILINE)
_REQUIRED = re.compile(r'"([A-Z][A-Z0-9_]{1,60})" is required\b')


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
    source = (
        f"the values of {path}" if path and len(known) > 1 else "placeholders" if len(known) > 1 else "a placeholder"
    )
    was = "were" if len(known) > 1 else "was"
    why = f"{source} for {', '.join(sorted(known)[:8])} {was} given. Give {name} a default for local runs."
    return replace(broken.plan, env={**known, **broken.plan.env}), why[0].upper() + why[1:]


def _named_beside(name: str, log: str) -> set[str]:
    """Other settings that are said to be missing with it, but for addresses: "Missing env: A_KEY, B_TOKEN"."""
    line = next((one for one in reversed(log.splitlines()) if re.search(rf"\b{re.escape(name)}\b", one)), "")
    listed = re.search(rf"\b{re.escape(name)}((?:[ ]{{0,4}}(?:,|and|&)[ ]{{0,4}}[A-Z][A-Z0-9_]{{2,60}}){{1,20}})", line)
    others = re.findall(r"[A-Z][A-Z0-9_]{2,60}", listed[1]) if listed else []
    others += [field.upper() for field in _FIELD.findall(log)] + _REQUIRED.findall(log)
    return {other for other in others if not _ADDRESS.search(other)}


REPAIR = Repair("environment_given", 20, frozenset({"missing_setting"}), mend)
