"""The command that starts an entry point so that it listens on every interface and on the port in PORT."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from sandbox.plan import Note
from sandbox.pysource.bentoml import fill_store, serve_command
from sandbox.pysource.django import read_django
from sandbox.pysource.entrypoint import Entrypoint
from sandbox.pysource.frameworks import BENTOML, CHAINLIT, DJANGO, GRADIO, PANEL, STREAMLIT
from sandbox.pysource.opened import STARTER, STARTER_TEXT, is_opened, opened_command, opened_note
from sandbox.pysource.placement import dotted
from sandbox.pysource.syntax import modules
from sandbox.tree import Tree

# One worker: student applications keep state in memory and models are large; threads let slow requests overlap.
_GUNICORN = "python -m gunicorn --bind 0.0.0.0:${PORT:-8000} --workers 1 --threads 8 --access-logfile - "
_UVICORN = "python -m uvicorn --host 0.0.0.0 --port ${PORT:-8000} "
# Without a lower bound: an index as of a day years ago has older ones only.
_ADDED = {"uvicorn": "uvicorn<1", "gunicorn": "gunicorn<28"}


@dataclass(frozen=True)
class Start:
    """How to start.

    command  for `sh -c`, ends in `exec` so that signals reach the server
    server   distribution that the command needs ("uvicorn", "gunicorn"), "" when the file serves by itself
    title    for people: "by uvicorn"
    port     where it listens whatever PORT says, or None when it honours PORT
    before   commands of the image build, run as the application's user (collectstatic)
    files    (path, text) that the command needs beside the team's own
    """

    command: str
    server: str = ""
    title: str = ""
    port: int | None = None
    env: tuple[tuple[str, str], ...] = ()
    before: tuple[str, ...] = ()
    why: str = ""
    notes: tuple[Note, ...] = ()
    files: tuple[tuple[str, str], ...] = ()


def start_of(tree: Tree, entry: Entrypoint, folder: str) -> Start | None:
    """The start of an entry point run in `folder`; None when there is no way to start it."""
    script = entry.path[len(folder) + 1 :] if folder else entry.path
    if entry.framework is STREAMLIT:
        return Start(
            f"exec python -m streamlit run {shlex.quote(script)} --server.headless true --server.address 0.0.0.0 "
            "--server.port ${PORT:-8501} --browser.gatherUsageStats false",
            title="by streamlit run",
            why="Streamlit serves the script itself, headless and on every interface.",
        )
    if entry.framework is GRADIO:
        return Start(
            f"GRADIO_SERVER_PORT=${{PORT:-7860}} exec python {shlex.quote(script)}",
            title="by its own launch()",
            port=_number(entry),
            env=(("GRADIO_SERVER_NAME", "0.0.0.0"), ("GRADIO_ANALYTICS_ENABLED", "False")),  # noqa: S104 - inside its own namespace
            why=f"Gradio serves itself from {entry.path}; its address is given by environment.",
        )
    if entry.framework in (DJANGO, BENTOML):
        return _django(tree, entry) if entry.framework is DJANGO else _bentoml(tree, entry, folder)
    launch = entry.launch
    if launch is not None and launch.exposed and (not launch.alone or not entry.attribute):
        return _by_itself(entry, script, f"{entry.path} starts its own server and prepares things before it.")
    if not entry.attribute:
        by_tool = entry.framework in (CHAINLIT, PANEL)
        return _by_tool(entry, script) if by_tool else _by_itself(entry, script, f"{entry.path} starts its own server.")
    return _opened(entry, script, folder) if is_opened(entry) else _served(entry, folder)


def _bentoml(tree: Tree, entry: Entrypoint, folder: str) -> Start | None:
    target = dotted(entry.path, folder)
    if not target:
        return None
    before = fill_store(entry.module, modules(tree), folder)
    made = f" after {before[0]} has filled its store in the build" if before else ""
    return Start(
        serve_command(f"{target}:{entry.attribute}"),
        title="by bentoml serve",
        before=before,
        why=f"BentoML serves {target}:{entry.attribute} itself{made}.",
    )


def server_requirement(server: str) -> str:
    """What pip is asked for when a server has to be added."""
    return _ADDED[server]


def _number(entry: Entrypoint) -> int | None:
    port = entry.launch.port if entry.launch else None
    return port.literal if port and isinstance(port.literal, int) and port.variable != "PORT" else None


def _by_itself(entry: Entrypoint, script: str, why: str) -> Start:
    return Start(f"exec python {shlex.quote(script)}", title="by itself", port=_number(entry), why=why)


def _opened(entry: Entrypoint, script: str, folder: str) -> Start:
    return Start(
        opened_command(script),
        title="by itself",
        port=_number(entry),
        why=f"{entry.path} starts its own server and prepares things before it.",
        notes=(opened_note(entry),),
        files=((f"{folder}/{STARTER}" if folder else STARTER, STARTER_TEXT),),
    )


def _by_tool(entry: Entrypoint, script: str) -> Start:
    quoted = shlex.quote(script)
    command = (
        f"python -m chainlit run {quoted} --headless --host 0.0.0.0 --port ${{PORT:-8000}}"
        if entry.framework is CHAINLIT
        else f"python -m panel serve {quoted} --address 0.0.0.0 --port ${{PORT:-5006}} --allow-websocket-origin '*'"
    )
    why = f"{entry.framework.title} serves the script with a command of its own."
    return Start(f"exec {command}", title="by its own command", why=why)


def _served(entry: Entrypoint, folder: str) -> Start | None:
    target = dotted(entry.path, folder)
    if not target:
        return None
    if entry.framework.interface == "asgi":
        flag = " --factory" if entry.factory else ""
        return Start(
            f"exec {_UVICORN}{target}:{entry.attribute}{flag}",
            "uvicorn",
            "by uvicorn",
            why=f"{entry.framework.title} is an ASGI framework, so uvicorn serves {target}:{entry.attribute}.",
        )
    call = shlex.quote(f"{target}:{entry.attribute}()") if entry.factory else f"{target}:{entry.attribute}"
    return Start(
        f"exec {_GUNICORN}{call}",
        "gunicorn",
        "by gunicorn",
        why=f"{entry.framework.title} is a WSGI framework, so gunicorn serves {target}:{entry.attribute}.",
    )


def _django(tree: Tree, entry: Entrypoint) -> Start | None:
    project = read_django(tree, entry.module)
    if project is None:
        return None
    server, serve = ("uvicorn", _UVICORN) if project.interface == "asgi" else ("gunicorn", _GUNICORN)
    return Start(
        f"python manage.py migrate --noinput && exec {serve}{project.served}",
        server,
        f"by {server}",
        before=("python manage.py collectstatic --noinput",) if project.collects_static else (),
        why=f"Django's tables are made by migrate, then {server} serves {project.served}.",
    )
