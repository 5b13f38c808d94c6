"""The Dockerfile of a Python repository that has none: packages before source, an ordinary user, the command."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence

from sandbox.pysource.distributions import system_packages
from sandbox.pysource.manifests import Manifest

# A path outside this set could end an instruction of the generated Dockerfile or be expanded in it.
PLAIN_PATH = re.compile(r"[\w./ @+-]*")
_FROM = re.compile(r"^FROM python:(\d\.\d+)(?=[.-])", re.MULTILINE)


def python_image(
    *,
    python: str,
    manifest: Manifest,
    argv: Sequence[str],
    added: Sequence[str] = (),
    folder: str = "",
    roots: Sequence[str] = (),
    values: Mapping[str, str] | None = None,
    before: Sequence[str] = (),
    port: int | None = None,
) -> str:
    """Manifests come before the source, so that a change of the code does not install everything again.

    added   requirements that the platform installs beside the manifest's
    folder  where it runs, `roots` other folders for PYTHONPATH, both seen from the root
    values  environment of the commands `before`, which are part of the build
    """
    debian = sorted({*system_packages(manifest.names), *manifest.debian})
    install = [*manifest.install, *added]
    first = [path for path in (*manifest.copies, *(path for path, _ in manifest.files)) if PLAIN_PATH.fullmatch(path)]
    lines = [
        f"FROM python:{python}-slim",
        "ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1",
        "ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore",
    ]
    if debian:
        lines.append(
            f"RUN apt-get update && apt-get install -y --no-install-recommends {' '.join(debian)} "
            "&& rm -rf /var/lib/apt/lists/*"
        )
    lines += [
        "RUN useradd --uid 10001 --create-home app && install --directory --owner=app --group=app /app",
        "WORKDIR /app",
    ]
    source = "COPY --chown=app:app . /app"
    if manifest.needs_source:
        lines.append(source)
    else:
        lines += [f"COPY {json.dumps([path, f'/app/{path}'], ensure_ascii=False)}" for path in first]
    if install:
        lines.append(f"RUN pip install {shlex.join(install)}")
    if not manifest.needs_source:
        lines.append(source)
    if folder:
        lines.append(f"WORKDIR /app/{folder}")
    if roots:
        lines.append(f"ENV PYTHONPATH={':'.join(f'/app/{root}'.rstrip('/') for root in roots)}")
    lines.append("USER app")
    given = "".join(f"{name}={shlex.quote(value)} " for name, value in (values or {}).items())
    lines += [f"RUN {given}{command}" for command in before]
    lines += [f"EXPOSE {port}"] if port else []
    lines.append(f"CMD {json.dumps(list(argv))}")
    return "\n".join(lines) + "\n"


def python_of(dockerfile: str) -> str:
    """The minor version of the Python that it stands on, "" when it stands on something else."""
    found = _FROM.search(dockerfile)
    return found[1] if found else ""


def with_python(dockerfile: str, version: str) -> str:
    """The same on another Python."""
    return _FROM.sub(f"FROM python:{version}", dockerfile)
