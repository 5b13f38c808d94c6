"""The data services that a manifest asks for: companions of the app, and the variables by which it finds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sandbox.dataservices import DataService, kind_of
from sandbox.launch.rooms import MOST_ROOMS, Rooms
from sandbox.manifest import Manifest
from sandbox.plan import After, Companion, Plan
from sandbox.sourcetext.placeholders import PLACEHOLDER, without_given


def with_services(plan: Plan, manifest: Manifest, port: int) -> Plan:
    """The plan with its data services; TeamFault for more of one kind than have room beside the app's `port`."""
    asked = manifest.get("services") or {}
    named = dict(asked) if isinstance(asked, dict) else _named(asked)
    made: list[Companion] = []
    env: dict[str, str] = {}
    taken = {one.name for one in plan.companions} | {plan.name}
    rooms = Rooms()
    rooms.place(plan.name, [port])
    for name, image in named.items():
        kind = kind_of(image)
        if kind is None or name in taken:
            continue
        room = rooms.place(name, kind.ports)
        if room is None:
            text = f"{name} is one of more than {MOST_ROOMS} services on port {kind.ports[0]}"
            raise manifest.fault("services", text, "Leave some of them out.")
        made.append(replace(_companion(name, image, kind), room=room))
        env |= {key: text for key, text in _filled(kind.variables, name).items() if key not in env}
    if not made:
        return plan
    told = ", ".join(f"{one.runtime} as {one.name}" for one in made)
    why = f"{manifest.said('services')} services: {told}; the app finds them by {', '.join(env)}."
    return replace(
        plan,
        env=dict(plan.env) | env,
        repairs=without_given(plan.repairs, env),
        companions=(*made, *plan.companions),
        after=(*plan.after, *(After(one.name) for one in made)),
        why=(*plan.why, why),
    )


def _named(images: list[str]) -> dict[str, str]:
    """A list's services by the names of their kinds."""
    found: dict[str, str] = {}
    for image in images:
        kind = kind_of(image)
        name = kind.id if kind else ""
        found[name if name not in found else f"{name}-{len(found) + 1}"] = image
    return found


def _companion(name: str, image: str, kind: DataService) -> Companion:
    return Companion(
        name=name,
        role="data",
        dockerfile=kind.dockerfile(image),
        env=dict(kind.env) | _filled(kind.setup, name),
        ports=kind.ports,
        runtime=kind.title,
    )


def _filled(values: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: text.format(name=name, secret=PLACEHOLDER) for key, text in values.items()}
