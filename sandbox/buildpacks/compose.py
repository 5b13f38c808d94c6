"""A stack that a team's compose file describes: its app, the services that the app needs, each built or named there."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from sandbox import compose
from sandbox.buildpacks import Buildpack, Passed, all_buildpacks
from sandbox.compose.dockerfiles import dockerfile_of
from sandbox.compose.profiles import with_profile
from sandbox.compose.roles import Part, main_of, parts
from sandbox.launch.rooms import MOST_ROOMS, Rooms, expected_port
from sandbox.launch.teamfile import plan_from
from sandbox.launch.within import within
from sandbox.plan import Companion, Note, Plan
from sandbox.sourcetext.placeholders import without_given
from sandbox.tree import Tree

VERSION = 1
# Each costs a build, a start one after the other, and up to the memory of a service.
MOST_COMPANIONS = 11


def detect(tree: Tree) -> Plan | None:
    """The plan of the stack; Passed says why a compose file is not followed."""
    path = compose.find(tree)
    if not path:
        return None
    try:
        stack = with_profile(compose.read(tree, path))
    except compose.Unreadable as reason:
        raise Passed(f"{path} was passed over: {reason}.") from None
    found = parts(stack, tree)
    main = main_of(found)
    if main is None and not any(one.role == "data" for one in found):
        raise Passed(f"{path} was passed over: it builds none of its services from the repository's own files.")
    if main is not None and not main.text:
        raise Passed(f"{path} was passed over: {main.dockerfile}, which builds {main.service.name}, is not there.")
    found, many = _bounded(found, main)
    others, refused, changed = _companions(found, main, tree, stack.folder)
    plan = _beside(tree, path, found) if main is None else _app(main, tree, stack.folder)
    names = tuple(one.name for one in others)
    apart = {name for one in others for name in one.names}
    asides = [one.service.name for one in found if one.role == "aside"]
    idle = [one.name for one in stack.services if one.profiles]
    scaled = [one.name for one in stack.services if one.idle and not one.profiles]
    why = [f"{path} describes a stack: {', '.join([plan.name, *names])}."]
    if asides:
        why.append(f"Left out, since the app does not need them: {', '.join(asides)}.")
    if idle:
        why.append(f"Not started by default (profiles): {', '.join(idle)}.")
    if scaled:
        why.append(f"Not started, as the stack wants none of it: {', '.join(scaled)}.")
    why += [*stack.why, *_shared(found), *changed]
    return replace(
        plan,
        why=(*why, *plan.why),
        after=tuple(need for need in (main.service.after if main else ()) if need.name in names),
        companions=tuple(_in_order(others, plan.name)),
        repairs=(*plan.repairs, *stack.notes),
        refused=(*plan.refused, *stack.refused, *many, *refused),
        hints=plan.hints | {"names": sorted({name for one in found for name in one.service.named} - apart)},
    )


def _shared(found: list[Part]) -> list[str]:
    """Volumes through which services hand one another files, which they cannot here."""
    users: dict[str, list[str]] = {}
    for part in found:
        for volume in dict.fromkeys(part.service.volumes if part.role != "aside" else ()):
            users.setdefault(volume, []).append(part.service.name)
    return [
        f"The volume {volume} is shared by {', '.join(names)}; here each of them has its own."
        for volume, names in users.items()
        if len(names) > 1
    ]


def _app(main: Part, tree: Tree, folder: str) -> Plan:
    """The app's own plan, with what the stack says of it first."""
    service = main.service
    made = dockerfile_of(service, main.text, tree, folder=folder, context=main.context)
    path = main.dockerfile or compose.find(tree)
    plan = plan_from(tree, path, context=main.context, text=made.text, buildpack="compose", version=VERSION)
    return replace(
        plan,
        name=service.name,
        env=plan.env | service.env,
        files=plan.files | made.files,
        why=(*plan.why, *made.why),
        # What the code wants and the stack gives needs no placeholder of ours.
        repairs=without_given(plan.repairs, service.env),
        ports=tuple(dict.fromkeys([*service.ports, *plan.ports])),
        health=tuple(dict.fromkeys([*service.health, *plan.health])),
        refused=(*plan.refused, *made.notes),
        runtime=f"compose, {plan.runtime}",
    )


def _beside(tree: Tree, path: str, found: Iterable[Part]) -> Plan:
    """The app that runs beside a stack of nothing but data services: the one in its folder, else any."""
    # What the stack builds in its folder is a tool of it, and not the app.
    folder = "" if any(one.service.build for one in found) else path.rpartition("/")[0]
    for place in dict.fromkeys((folder, "")):
        for pack in all_buildpacks():
            if pack is BUILDPACK:
                continue
            with suppress(Passed):
                plan = pack.detect(tree.below(place))
                if plan is not None:
                    return within(place, plan)
    raise Passed(f"{path} was passed over: it has data services, and no app uses them.")


def _bounded(found: list[Part], main: Part | None) -> tuple[list[Part], list[Note]]:
    """The parts that are started, as many as fit an evaluation: what the app needs first; the others are named."""
    kept = {main.service.name} if main else set()
    needs = {part.service.name: [need.name for need in part.service.after] for part in found}
    waiting = [*kept]
    while waiting:
        needed = [name for name in needs.get(waiting.pop(), ()) if name in needs and name not in kept]
        kept.update(needed)
        waiting += needed
    order = sorted(found, key=lambda part: (part is not main, part.service.name not in kept, part.role != "data"))
    started = [part for part in order if part.role != "aside"]
    beyond = started[1 + MOST_COMPANIONS :]
    if not beyond:
        return found, []
    names = ", ".join(part.service.name for part in beyond)
    why = f"At most {MOST_COMPANIONS} services are started beside the app, what it needs first: {names} were left out."
    return [part for part in found if part not in beyond], [Note("services_left_out", why)]


def _companions(
    found: list[Part], main: Part | None, tree: Tree, folder: str
) -> tuple[list[Companion], list[Note], list[str]]:
    """Every service beside the app that is started, those that cannot be, with the reason, and what was changed."""
    made: list[Companion] = []
    refused: list[Note] = []
    why: list[str] = []
    rooms = Rooms()
    if main:
        rooms.place(main.service.name, _ports(main), app=True)
    for part in found:
        service = part.service
        if part is main or part.role == "aside":
            continue
        if not part.text:
            refused.append(Note("service_unbuilt", f"{service.name} has no Dockerfile at {part.dockerfile}."))
            continue
        ports = service.ports or (part.kind.ports if part.kind else ())
        listens = part.role in ("app", "data")
        room = rooms.place(service.name, _ports(part), app=part.role == "app") if listens else 0
        if room is None:
            clash = next(iter(_ports(part)), 0)
            told = f"{service.name} listens on port {clash} like {rooms.holder(clash)}" if clash else service.name
            refused.append(
                Note(
                    "port_taken",
                    f"{told}: more than {MOST_ROOMS} services of one port are not started. Leave some out.",
                )
            )
            continue
        if part.kind:  # its own user is the one that it can run as here
            service = replace(service, user="")
        text = dockerfile_of(service, part.text, tree, folder=folder, context=part.context)
        refused += text.notes
        why += text.why
        made.append(
            Companion(
                name=service.name,
                role=part.role,
                dockerfile=text.text,
                context=part.context,
                files=text.files,
                env=_needed(part) | service.env,
                ports=tuple(dict.fromkeys([*(part.kind.ports if part.kind else ()), *ports])),
                health=service.health,
                after=service.after,
                runtime=part.kind.title if part.kind else "",
                room=room,
                names=service.named if room else (),
            )
        )
    known = {one.name for one in made} | ({main.service.name} if main else set())
    ordered = [replace(one, after=tuple(need for need in one.after if need.name in known)) for one in made]
    return ordered, refused, why


def _ports(part: Part) -> tuple[int, ...]:
    """The port that a service is expected to listen on; none when nothing tells."""
    if part.kind:
        return part.kind.ports[:1]
    command = " ".join([*(part.service.entrypoint or ()), *(part.service.command or ())])
    port = expected_port(command, part.text, part.service.ports)
    return (port,) if port else ()


def _needed(part: Part) -> dict[str, str]:
    """What a data service needs to start, but for what the stack gives by a file (`POSTGRES_PASSWORD_FILE`)."""
    needed = part.kind.env if part.kind else {}
    return {name: value for name, value in needed.items() if f"{name}_FILE" not in part.service.env}


def _in_order(companions: Iterable[Companion], app: str) -> list[Companion]:
    """Each after those that it needs, data first; a circle is broken where it closes."""
    waiting = sorted(companions, key=lambda one: ("data", "task", "worker", "app").index(one.role))
    done, order = {app}, []
    while waiting:
        ready = next((one for one in waiting if all(need.name in done for need in one.after)), waiting[0])
        waiting.remove(ready)
        done.add(ready.name)
        order.append(ready)
    return order


SAMPLE = {
    "compose.yaml": (
        "services:\n"
        "  web:\n    build: .\n    ports:\n      - '8080:8000'\n    environment:\n      GREETING: ${GREETING:-hello}\n"
        "      STORE: http://store:9000\n    depends_on:\n      store:\n        condition: service_started\n"
        "  store:\n    build: .\n    command: python main.py 9000\n    expose:\n      - 9000\n"
    ),
    "Dockerfile": (
        'FROM python:3.12-slim\nWORKDIR /app\nCOPY main.py .\nUSER 10001\nCMD ["python", "main.py", "8000"]\n'
    ),
    "main.py": (
        "import os\nimport sys\nimport urllib.request\n"
        "from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer\n\n\n"
        "class Handler(BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        "        store = os.environ.get('STORE')\n"
        "        found = urllib.request.urlopen(store + '/health').status if store else 200\n"
        "        self.send_response(found if self.path == '/health' else 404)\n"
        "        self.end_headers()\n"
        "        self.wfile.write(os.environ.get('GREETING', 'ok').encode())\n\n\n"
        "ThreadingHTTPServer(('0.0.0.0', int(sys.argv[1])), Handler).serve_forever()\n"
    ),
}

BUILDPACK = Buildpack(id="compose", version=VERSION, rank=5, detect=detect, sample=SAMPLE)
