"""A file that prepares things and then listens on loopback only: started as it is, with another address.

A server of ours would be reachable and would skip what stands before `app.run()`: tables made, a model loaded.
"""

from __future__ import annotations

import re
import shlex

from sandbox.plan import Note
from sandbox.pysource.entrypoint import Entrypoint

STARTER = ".assay-start.py"
# The frameworks whose functions STARTER_TEXT knows, by the kind of call that serves.
_KNOWN = {"run": frozenset({"flask"}), "uvicorn": frozenset({"fastapi", "starlette"})}

# Runs in the team's image, on its Python.
STARTER_TEXT = '''\
"""Runs a script as `python SCRIPT` does, with what it serves on every interface. Written by Assay."""
import importlib
import importlib.util
import inspect
import os
import runpy
import sys


def opened(module, path, fixed):
    if importlib.util.find_spec(module) is None:
        return
    owner = importlib.import_module(module)
    *above, name = path.split(".")
    for one in above:
        owner = getattr(owner, one)
    serve = getattr(owner, name)

    def served(*given, **named):
        call = inspect.signature(serve).bind(*given, **dict(named, **fixed))
        call.arguments["host"] = "0.0.0.0"
        return serve(*call.args, **call.kwargs)

    setattr(owner, name, served)


# A reloader would start the script anew, without this file.
opened("flask", "Flask.run", {"use_reloader": False})
opened("flask_socketio", "SocketIO.run", {"use_reloader": False})
opened("uvicorn", "run", {"reload": False})
sys.argv = sys.argv[1:]
sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))
runpy.run_path(sys.argv[0], run_name="__main__")
'''


def is_opened(entry: Entrypoint) -> bool:
    """Whether the file has to be started like this."""
    launch = entry.launch
    return (
        launch is not None
        and launch.loopback
        and not launch.alone
        and entry.framework.id in _KNOWN.get(launch.call, frozenset())
    )


def opened_command(script: str) -> str:
    return f"exec python {STARTER} {shlex.quote(script)}"


def same_script(command: str, other: str) -> bool:
    """Whether a command is `opened_command` of the script that another one starts plainly."""
    plain = re.fullmatch(r"(?:exec\s+)?python3?\s+(?:-u\s+)?(?:\./)?([\w./-]+\.py)", other.strip())
    return plain is not None and command == opened_command(plain[1])


def opened_note(entry: Entrypoint) -> Note:
    """What was done, and what a team does itself."""
    line = f"{entry.path}:{entry.launch.line}" if entry.launch else entry.path
    why = (
        f"{line} listens on loopback only, after it has prepared things; it was started on 0.0.0.0. "
        'Write host="0.0.0.0" there, or prepare at import, so that a server such as gunicorn can start it.'
    )
    return Note("start_opened", why)
