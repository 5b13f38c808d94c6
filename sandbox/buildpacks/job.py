"""Machine-learning repositories without a service: their pipeline, training script or notebook, run to its end."""

from __future__ import annotations

from sandbox.buildpacks import Buildpack
from sandbox.jobs import STEP, Job
from sandbox.jobs.declared import declared
from sandbox.jobs.learning import is_learning, is_product
from sandbox.jobs.notebooks import notebook_job
from sandbox.jobs.scripts import script_job
from sandbox.plan import Plan
from sandbox.pysource.environment import placeholders
from sandbox.pysource.image import PLAIN_PATH, python_image
from sandbox.pysource.manifests import Manifest, find_manifest
from sandbox.pysource.syntax import Module, modules
from sandbox.pysource.version import choose_python
from sandbox.tree import Tree

VERSION = 1


def detect(tree: Tree) -> Plan | None:
    """The plan of what trains or measures a model; None for a library, a program that does not, and slides."""
    parsed = modules(tree)
    product = tuple(module for module in parsed if is_product(module.path))
    job = declared(tree) if is_learning(product) else None
    job = job or script_job(tree, parsed) or notebook_job(tree)
    if job is None or not PLAIN_PATH.fullmatch(job.folder):
        return None
    # What the repository has beside the job is no reason to install more.
    manifest = _manifest(tree, job, job.modules if job.kind == "notebook" else product)
    python = choose_python(tree, job.folder, manifest.requirements)
    values, placed = placeholders(tree, job.modules)
    argv = ("sh", "-c", command_line(job))
    settings = {"PIP_RETRIES": "0"} if job.kind == "notebook" else {"MPLBACKEND": "Agg"}
    return Plan(
        buildpack="job",
        version=VERSION,
        dockerfile=python_image(
            python=python.version,
            manifest=manifest,
            argv=argv,
            added=job.added,
            folder=job.folder,
            roots=job.roots,
        ),
        start=argv,
        env=settings | values,
        files=dict(manifest.files),
        runtime=f"Python {python.version}, a job: {job.title}",
        why=(
            "No service was found; what trains or measures a model is run to its end as a job.",
            *job.why,
            manifest.why,
            python.why,
        ),
        repairs=(*manifest.notes, *job.notes, *placed),
        hints={
            "job": {
                "kind": job.kind,
                "title": job.title,
                "commands": list(job.commands),
                "folder": job.folder,
                "metrics": list(job.metrics),
            }
        },
    )


def _manifest(tree: Tree, job: Job, parsed: tuple[Module, ...]) -> Manifest:
    """The manifest for the folder of the run, else one beside a file that it starts, else a guess."""
    places = dict.fromkeys((job.folder, *(module.folder for module in job.modules)))
    found = [find_manifest(tree, place, parsed) for place in places]
    return next((one for one in found if one.path), found[0])


def command_line(job: Job) -> str:
    """The commands one after the other, each announced in the log when there are several."""
    if len(job.commands) == 1:
        return job.commands[0]
    total = len(job.commands)
    return " && ".join(f"echo '{STEP} {number} of {total}' && {one}" for number, one in enumerate(job.commands, 1))


SAMPLE = {
    "train.py": (
        "import json\n\nimport numpy as np\n\nrng = np.random.default_rng(7)\nx = rng.normal(size=200)\n"
        "y = 3 * x + rng.normal(scale=0.1, size=200)\nslope = float(x @ y / (x @ x))\n"
        "np.save('model.npy', np.array([slope]))\nprint('mse:', float(np.mean((y - slope * x) ** 2)))\n"
        "json.dump({'slope_error': abs(slope - 3)}, open('metrics.json', 'w'))\n"
    ),
    "requirements.txt": "numpy==2.2.1\n",
}

BUILDPACK = Buildpack(id="job", version=VERSION, rank=200, detect=detect, sample=SAMPLE)
