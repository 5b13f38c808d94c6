"""A stack whose application starts only with a profile: the one that serves people is taken."""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.compose import Stack

# What runs the application, first what is meant for its users.
_SERVES = ("prod", "production", "default", "app", "web", "all", "full", "dev", "development", "local")
_ASIDE = re.compile(r"test|e2e|\bci\b|lint|tool|debug|seed|migrat|monitor|observ|metric|docs|admin", re.IGNORECASE)


def with_profile(stack: Stack) -> Stack:
    """The stack with a profile switched on where nothing that it builds starts without one; else as it is."""
    built = [one for one in stack.services if one.build]
    if not built or not all(one.profiles for one in built):
        return stack
    names = list(dict.fromkeys(name for one in built for name in one.profiles if not _ASIDE.search(name)))
    chosen = next((name for name in _SERVES if name in names), names[0] if names else "")
    if not chosen:
        return stack
    services = tuple(replace(one, profiles=()) if chosen in one.profiles else one for one in stack.services)
    why = f'Nothing that is built starts without a profile; the profile "{chosen}" was switched on.'
    return replace(stack, services=services, why=(*stack.why, why))
