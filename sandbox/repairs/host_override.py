"""An app whose code binds loopback although a server could serve its object: the server does, on every interface."""

from __future__ import annotations

import shlex
from dataclasses import replace

from sandbox.plan import Plan
from sandbox.repairs import Broken, Repair

# Frameworks whose application object a server takes by name -> its command line.
_SERVED = {
    "fastapi": "exec python -m uvicorn --host 0.0.0.0 --port ${PORT:-8000} ",
    "starlette": "exec python -m uvicorn --host 0.0.0.0 --port ${PORT:-8000} ",
    "flask": "exec python -m flask --app {app} run --host 0.0.0.0 --port ${PORT:-8000}",
}


def mend(broken: Broken) -> tuple[Plan, str] | None:
    path, _, name = str(broken.plan.hints.get("app", "")).partition(":")
    template = _SERVED.get(str(broken.plan.hints.get("framework", "")))
    # Only a file at the folder that the image starts in: any other may not import from there.
    if template is None or not name or not path.endswith(".py") or "/" in path:
        return None
    target = shlex.quote(f"{path.removesuffix('.py')}:{name}")
    command = template.replace("{app}", target) if "{app}" in template else template + target
    why = (
        f"{path} binds 127.0.0.1, so {target} was started by its framework's server on 0.0.0.0. Bind 0.0.0.0 in {path}."
    )
    return replace(broken.plan, start=("sh", "-c", command), ports=(8000, *broken.plan.ports)), why


REPAIR = Repair("host_override", 10, frozenset({"loopback_only"}), mend)
