"""What every check of a load asks first: does this load say anything about the service at all? Pure."""

from __future__ import annotations

from typing import Any

from sandbox.finding import Finding, failed, inconclusive, not_applicable

SHELL = (
    "Its page is only a shell: people use this app over a WebSocket or after a login, and no session could be opened. "
    "What the page does under load is not what the app does. Name HTTP routes of the app in assay.yaml to have those "
    "tried: load: {requests: [{path: /api/items}]}."
)
OLD = "This evaluation is from before that was measured."


def about_another(load: dict[str, Any]) -> Finding | None:
    """The finding of a load that was not of the app itself; None when it was."""
    return not_applicable(SHELL) if load.get("shell") else None


def uncertain(why: str) -> Finding:
    """The host, not the service, may have made the figures."""
    return inconclusive(f"The measurement does not count: {(why or 'it was not complete').rstrip('.')}.")


def not_overloaded(load: dict[str, Any]) -> Finding:
    """The finding where no multiple of the capacity was sent."""
    capacity = load.get("capacity") or {}
    if not capacity.get("valid"):
        return uncertain(capacity.get("why", ""))
    if capacity.get("rps") == 0:
        return not_applicable(
            "It was not overloaded: when it was pushed, nothing was answered before the step was over."
        )
    return not_applicable("It was not overloaded: twice its capacity is more than our load generator can send.")


def is_silent(load: dict[str, Any]) -> bool:
    """Nothing at all was answered well, however often it was asked: no busy host does that."""
    steps = load.get("steps") or []
    return bool(steps) and not any(step["done"] for step in steps)


def answered_before(load: dict[str, Any], measured: str, pointer: tuple[str, ...]) -> Finding | None:
    """The finding where the member `measured` need not be looked at: another app's, nobody's, or not there."""
    if other := about_another(load):
        return other
    if is_silent(load):
        return failed("No request was answered, however few were sent.", evidence=pointer)
    return None if measured in load else inconclusive(OLD)
