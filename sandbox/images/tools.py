"""The platform's own tools image: Python with the pinned packages of our scripts, and those that run beside a service.

Inside: `/assay/inside/<script>.py` (from sandbox/inside/) and `/assay/loadtest/` (from sandbox/loadtest/).
"""

from __future__ import annotations

import importlib.metadata
import shlex
import shutil
from contextlib import suppress
from pathlib import Path

from packaging.requirements import Requirement

import sandbox
from sandbox.engine import Engine, Image
from sandbox.engine.policy import STORE
from sandbox.faults import HostFault
from sandbox.images import resolution
from sandbox.images.recipe import Recipe, Say, build, ensure, silent

PYTHON = "python:3.12-slim"
USER_ID = 65534
PACKAGE = Path(sandbox.__file__).parent
FOLDERS = ("inside", "loadtest")
PACKAGES = ("locust", "h2")  # the load generator, and HTTP/2 for the gateway's gRPC
# The package layer comes first: an edit of a script rebuilds only what comes after it, in about two seconds. Compiled
# here, since every start of a script would compile it and what it imports anew, which takes as long as all the rest.
DOCKERFILE = f"""\
FROM {{base}}
COPY constraints.txt /assay/constraints.txt
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore \\
    -c /assay/constraints.txt {{packages}}
ENV PYTHONDONTWRITEBYTECODE="1" PYTHONUNBUFFERED="1" HOME="/tmp"
RUN install -d -o {USER_ID} -g {USER_ID} {STORE}
COPY inside /assay/inside
COPY loadtest /assay/loadtest
RUN python3 -m compileall -q --invalidation-mode checked-hash /assay
WORKDIR /assay
USER {USER_ID}:{USER_ID}
CMD ["python3"]
"""


def ensure_tools(engine: Engine, say: Say = silent) -> Image:
    """The tools image of exactly the scripts in this checkout, built when the engine does not have it."""
    return ensure(recipe(engine, say), engine, say)


def recipe(engine: Engine, say: Say = silent) -> Recipe:
    """`assay/tools:<hash>` over the scripts, the pins and the base image."""
    base = resolution.find(PYTHON, engine, say)
    constraints, packages = _pins()
    files = _files()
    scripts = (f"{name}={path.read_bytes().hex()}" for name, path in files.items())

    def make(engine: Engine, folder: Path, reference: str) -> Image:
        (folder / "constraints.txt").write_text(constraints)
        for name in FOLDERS:
            (folder / name).mkdir()
        for name, path in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / name)
        return build(engine, folder, DOCKERFILE.format(base=base.used, packages=packages), reference)

    return Recipe("tools", (DOCKERFILE, base.digest, constraints, packages, *scripts), make, repository="assay/tools")


def _files() -> dict[str, Path]:
    """Files of the two folders by their path below the package, in order."""
    return {
        path.relative_to(PACKAGE).as_posix(): path
        for folder in FOLDERS
        for path in sorted((PACKAGE / folder).rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    }


def _pins() -> tuple[str, str]:
    """(text of the constraints, the requirements); from the checkout, else from what is installed."""
    path = PACKAGE.parent / "constraints.txt"
    if path.is_file():
        return path.read_text(), " ".join(PACKAGES)
    return "", shlex.join(_installed(name) for name in PACKAGES)


def _installed(name: str) -> str:
    """The requirement of a package as this installation has it, or as it would install it."""
    with suppress(importlib.metadata.PackageNotFoundError):
        return f"{name}=={importlib.metadata.version(name)}"
    for line in importlib.metadata.requires("assay") or []:
        requirement = Requirement(line)
        if requirement.name == name:
            return f"{name}{requirement.specifier}"
    raise HostFault(
        "image_unavailable",
        f"The version of {name}, which the tools need, is not known to this installation",
        fix="Install assay again, or run it from a checkout that has its constraints.txt.",
    )
