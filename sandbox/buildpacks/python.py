"""Python web applications without a Dockerfile: framework, packages, version and start command read from the source."""

from __future__ import annotations

from sandbox.buildpacks import Buildpack, Passed
from sandbox.plan import Note, Plan
from sandbox.pysource.entrypoint import Entrypoint
from sandbox.pysource.environment import placeholders
from sandbox.pysource.frameworks import DJANGO, SELF_SERVED
from sandbox.pysource.image import PLAIN_PATH, python_image
from sandbox.pysource.manifests import Manifest, find_manifest, manifest_folders
from sandbox.pysource.placement import import_roots, run_folder
from sandbox.pysource.start import Start, server_requirement, start_of
from sandbox.pysource.survey import Survey
from sandbox.pysource.version import choose_python
from sandbox.sourcetext.misspelt import misspelt, told
from sandbox.sourcetext.shape import shape_notes
from sandbox.tree import Tree

VERSION = 1
# Extras and packages that bring a server with them.
_BRINGS_UVICORN = ("standard", "all")


def detect(tree: Tree) -> Plan | None:
    """The plan for the likeliest entry point, None when no file serves HTTP; Passed when a manifest is misspelt."""
    survey = Survey.of(tree)
    for entry in survey.entries:
        plan = _plan(tree, survey, entry)
        if plan is not None:
            return plan
    if found := misspelt(tree, "", "requirements.txt"):
        raise Passed(told(found, "requirements.txt"))
    return None


def _plan(tree: Tree, survey: Survey, entry: Entrypoint) -> Plan | None:
    # manage.py is called as it lies there, whatever its manifest's folder is.
    is_django = entry.framework is DJANGO
    folder = entry.module.folder if is_django else run_folder(tree, entry.module, manifest_folders(tree))
    start = start_of(tree, entry, folder)
    if start is None or not PLAIN_PATH.fullmatch(entry.path):
        return None
    served = survey.application(entry)
    manifest = find_manifest(tree, folder, survey.parsed)
    python = choose_python(tree, folder, manifest.requirements)
    values, placed = placeholders(tree, survey.parsed)
    added = _added_server(start, manifest)
    command = start.command
    roots = import_roots(tree, entry.module, folder)
    argv = ("sh", "-c", command)
    others = [other.describe() for other in survey.entries[1:4] if other.path != entry.path]
    why = [
        f"{entry.describe()} was chosen" + (f": {entry.why}." if entry.why else "."),
        manifest.why,
        python.why,
        start.why,
    ]
    if others:
        why.append(f"Passed over: {'; '.join(others)}.")
    return Plan(
        buildpack="python",
        version=VERSION,
        dockerfile=python_image(
            python=python.version,
            manifest=manifest,
            argv=argv,
            added=(server_requirement(added),) if added else (),
            folder=folder,
            roots=roots,
            values=values,
            before=start.before,
            port=8000,
        ),
        start=argv,
        env=dict(start.env) | values,
        ports=tuple(dict.fromkeys(port for port in (start.port, 8000, entry.framework.port) if port)),
        health=survey.health(served),
        files=dict(manifest.files) | dict(start.files),
        runtime=f"Python {python.version}, {served.framework.title} {start.title}".strip(),
        why=tuple(why),
        repairs=(*manifest.notes, *_server_note(added, manifest), *placed, *start.notes, *shape_notes(tree)),
        hints=survey.hints(served) | _loopback(entry, start),
    )


def _added_server(start: Start, manifest: Manifest) -> str:
    """The server to install because the manifest brings none, "" otherwise."""
    if not start.server or start.server in manifest.names | manifest.pinned:
        return ""
    if start.server == "uvicorn" and any(set(item.extras) & set(_BRINGS_UVICORN) for item in manifest.requirements):
        return ""
    return start.server


def _server_note(added: str, manifest: Manifest) -> tuple[Note, ...]:
    if not added:
        return ()
    where = manifest.path or "requirements.txt"
    return (Note("server_added", f"{added} was added to serve the application. Add {added} to {where}."),)


def _loopback(entry: Entrypoint, start: Start) -> dict[str, str]:
    """Where the file itself binds loopback, when it is started as it is."""
    launch = entry.launch
    served_by_itself = not start.server and not start.files and entry.framework.id != "streamlit"
    if launch is None or not launch.loopback or not (served_by_itself or entry.framework is SELF_SERVED):
        return {}
    return {"loopback": f"{entry.path}:{launch.line}"}


SAMPLE = {
    "requirements.txt": "fastapi==0.115.6\nuvicorn==0.34.0\n",
    "main.py": (
        "from fastapi import FastAPI\n\n"
        "app = FastAPI()\n\n\n"
        '@app.get("/health")\n'
        "def health() -> dict[str, str]:\n"
        '    return {"status": "ok"}\n'
    ),
}

BUILDPACK = Buildpack(id="python", version=VERSION, rank=50, detect=detect, sample=SAMPLE)
