"""Fixtures of the areas that run containers: the real engine, a Python image to build on, tools of the tests' own."""

import secrets
import shutil
from pathlib import Path

import pytest

import sandbox
from sandbox.engine.docker import DockerEngine
from sandbox.images import resolution
from sandbox.limits import MIB, Limits

PYTHON = "python:3.12-slim"
INSIDE = Path(sandbox.__file__).parent / "inside"


@pytest.fixture(scope="session")
def engine():
    """The engine that `docker` would use. A test that needs it fails when none answers: it is never skipped."""
    with DockerEngine(caches=False) as engine:
        yield engine


@pytest.fixture(scope="session")
def python_image(engine):
    """The name of a local Python image: pulled where a registry answers, else the stand-in that is built here."""
    return resolution.find(PYTHON, engine, lambda _text: None).used


@pytest.fixture(scope="session")
def lab(engine, python_image, tmp_path_factory):
    """The same engine with a tools image of the tests' own: each file of `tools/` is a script in it, beside ours."""
    folder = tmp_path_factory.mktemp("tools")
    for scripts in (INSIDE, Path(__file__).parent / "sandbox" / "tools"):
        shutil.copytree(scripts, folder / "inside", dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.pyc"))
    dockerfile = f"FROM {python_image}\nCOPY inside /assay/inside\n"
    reference = f"assay/test-tools:{secrets.token_hex(4)}"
    image, _ = engine.build(folder, dockerfile, reference=reference, labels={}, limits=Limits(), trusted=True)
    with DockerEngine(tools=lambda _engine: image, caches=False) as lab:
        yield lab
    engine.remove_image(reference)


@pytest.fixture(scope="session")
def python(engine, python_image):
    """The Python image itself, to be started with `command=run("...")`."""
    return engine.image(python_image)


@pytest.fixture
def evaluation(engine):
    """A key of its own for one test; whatever the test left in the engine under it is a failure."""
    key = f"test-{secrets.token_hex(4)}"
    yield key
    engine.remove_image(f"assay/evaluation:{key}")
    assert left_over(engine, key) == []


# A load of a few seconds that also counts beside other tests: what it is for is another question than how fast.
SHORT_LOAD = {
    "load_warmup_s": 0.5,
    "load_warmup_max_s": 1.0,
    "load_closed_s": 1.0,
    "load_window_s": 2.0,
    "load_level_s": 1.0,
    "load_crowd_s": 1.0,
    "load_overload_s": 1.0,
    "load_recovery_s": 2.0,
    "load_soak_s": 0.0,
    "load_repeats": 1,
    "load_gate_s": 0.0,
    "load_foreign_cpu": 1000.0,
    "load_steal": 1.0,
    "load_spin_slack": 1000.0,
    "load_speed_slack": 1000.0,
}


@pytest.fixture
def limits():
    """Small limits: what a test runs into, it runs into at once."""
    return Limits(
        build_s=60.0,
        build_memory_bytes=256 * MIB,
        run_memory_bytes=128 * MIB,
        run_pids=64,
        run_writable_bytes=32 * MIB,
        run_tmpfs_bytes=8 * MIB,
        run_log_bytes=1 * MIB,
        **SHORT_LOAD,
    )


def run(code):
    """A command that runs this Python, unbuffered."""
    return ["python3", "-u", "-c", code]


def left_over(engine, key):
    """Names of containers whose name has the key in it."""
    names = [name for summary in engine.api.containers({}) for name in summary["Names"]]
    return [name for name in names if key in name]


def build(engine, evaluation, folder, dockerfile, *, limits=None, **options):
    """Build a folder for an evaluation, as the pipeline does."""
    return engine.build(
        Path(folder),
        dockerfile,
        reference=f"assay/evaluation:{evaluation}",
        labels={"assay.evaluation": evaluation},
        limits=limits or Limits(),
        **options,
    )
