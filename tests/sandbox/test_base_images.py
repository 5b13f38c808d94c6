"""Base images on the real engine: mirror, registry, stand-ins, tools."""

import subprocess
import time
from pathlib import Path

import pytest

from sandbox.commands import images as command
from sandbox.engine.docker import DockerEngine
from sandbox.faults import TeamFault
from sandbox.images import recipe, standins, tools
from sandbox.images.reference import parse
from sandbox.limits import Limits
from tests.sandbox.registry import registry
from tests.sandbox.test_images import find, own_settings  # noqa: F401 - an automatic fixture, wanted here, too


@pytest.mark.docker
def test_mirror_is_asked_first_and_its_image_is_pinned(engine, monkeypatch):
    with registry({"hub/library/python:3.12-slim": {}}) as server:
        monkeypatch.setenv("ASSAY_MIRROR", f"{server.address}/hub")
        base = find("python:3.12-slim", engine)
        try:
            assert (base.how, base.digest) == ("mirror", server.digest("hub/library/python:3.12-slim"))
            assert base.used == f"{server.address}/hub/library/python@{base.digest}"
            asked = len(server.asked)
            assert find("python:3.12-slim", engine) == base
            assert len(server.asked) == asked, "an image that was pulled before is not asked for again"
        finally:
            engine.remove_image(f"{server.address}/hub/library/python:3.12-slim")


@pytest.mark.docker
def test_registry_that_answers_no_makes_it_the_teams_fault(engine, monkeypatch):
    with registry({}) as server:
        monkeypatch.setenv("ASSAY_MIRROR", server.address)
        with pytest.raises(TeamFault) as caught:
            find("someone/gone:1", engine)
    assert (caught.value.id, caught.value.where) == ("base_image_not_found", "Dockerfile:7")


@pytest.mark.docker
def test_image_with_build_triggers_is_refused(engine, monkeypatch):
    config = {"OnBuild": ["COPY --from=assay/evaluation:other / /stolen"]}
    with registry({"someone/trap:1": config}) as server:
        monkeypatch.setenv("ASSAY_MIRROR", server.address)
        try:
            with pytest.raises(TeamFault) as caught:
                find("someone/trap:1", engine)
            assert caught.value.id == "base_image_refused"
            assert "ONBUILD" in caught.value.detail
        finally:
            engine.remove_image(f"{server.address}/someone/trap:1")


@pytest.mark.docker
def test_python_stand_in_has_its_libraries_and_pip_installs_over_tls(engine, tmp_path):
    offer = standins.offer_for(parse("python:3.12-slim"))
    recipe.ensure(offer.recipe, engine, recipe.silent)
    modules = "import ssl, sqlite3, ctypes, lzma, bz2, readline, uuid, sys; assert sys.version_info[:2] == (3, 12)"
    dockerfile = (
        f"FROM {offer.recipe.reference}\n"
        f'RUN ["python", "-c", "{modules}"]\n'
        "RUN pip install --no-cache-dir iniconfig==2.1.0\nRUN python -c 'import iniconfig'\n"
    )
    image, _ = engine.build(tmp_path, dockerfile, reference="assay/test-images:1", labels={}, limits=Limits())
    engine.remove_image("assay/test-images:1")
    assert image.bytes < 250e6


@pytest.mark.docker
def test_uv_is_copied_from_its_stand_in(engine, tmp_path):
    program, python = (standins.offer_for(parse(name)) for name in ("ghcr.io/astral-sh/uv:latest", "python:3.12-slim"))
    for offer in (program, python):
        recipe.ensure(offer.recipe, engine, recipe.silent)
    dockerfile = (
        f"FROM {python.recipe.reference}\nCOPY --from={program.recipe.reference} /uv /uvx /bin/\n"
        "RUN uv --version && uv venv /venv && uvx --version\n"
    )
    engine.build(tmp_path, dockerfile, reference="assay/test-images:3", labels={}, limits=Limits())
    engine.remove_image("assay/test-images:3")


@pytest.mark.docker
def test_alpine_words_work_on_the_stand_in(engine, tmp_path):
    offer = standins.offer_for(parse("alpine:3.20"))
    recipe.ensure(offer.recipe, engine, recipe.silent)
    dockerfile = (
        f"FROM {offer.recipe.reference}\n"
        "RUN addgroup -S team && adduser -S -D -H -u 1234 -G team web && addgroup -g 77 extra && addgroup web extra\n"
        "RUN apk add --no-cache --virtual .deps libc6-compat 'dumb-init>1' && dumb-init true && apk del .deps\n"
        "RUN ! apk add no-such-package-anywhere\n"
        "USER web\nRUN test \"$(id -u) $(id -gn)\" = '1234 team' && id -Gn | grep -q extra\n"
    )
    engine.build(tmp_path, dockerfile, reference="assay/test-images:2", labels={}, limits=Limits())
    engine.remove_image("assay/test-images:2")


@pytest.mark.docker
def test_tools_image_runs_the_load_generator_as_nobody(engine):
    image = tools.ensure_tools(engine)
    script = "import locust, os, pathlib; print(os.getuid(), pathlib.Path('/assay/inside').is_dir())"
    shown = subprocess.run(
        ["docker", "run", "--rm", "--network", "none", "--read-only", image.id, "python", "-W", "ignore", "-c", script],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert shown.split() == ["65534", "True"]


@pytest.mark.docker
def test_edited_script_gives_another_tools_image_in_seconds(engine, monkeypatch, tmp_path):
    """The package layer is reused: only the copies are made again."""
    before = tools.ensure_tools(engine)
    package = tmp_path / "sandbox"
    for folder in tools.FOLDERS:
        (package / folder).mkdir(parents=True)
    (package / "inside" / "new.py").write_text("print('new')\n")
    constraints = Path(tools.PACKAGE.parent / "constraints.txt").read_text()
    (tmp_path / "constraints.txt").write_text(constraints)
    monkeypatch.setattr(tools, "PACKAGE", package)
    clock = time.monotonic()
    after = tools.ensure_tools(engine)
    reference = tools.recipe(engine).reference
    assert after.id != before.id
    assert time.monotonic() - clock < 30
    engine.remove_image(reference)


@pytest.mark.docker
def test_command_lists_what_is_here_and_builds_what_is_named(capsys):
    given = command.argparse.ArgumentParser()
    command.add_arguments(given)
    assert command.main(given.parse_args(["--build", "python:3.12-slim", "--json"])) == 0
    (row,) = command.json.loads(capsys.readouterr().out)
    assert (row["wanted"], row["how"], row["here"]) == ("python:3.12-slim", "stand-in", True)
    assert command.main(given.parse_args([])) == 0
    listed = capsys.readouterr().out
    assert "python:3.12-slim" in listed
    assert "node:20-slim" in listed


@pytest.mark.docker
def test_no_stand_in_carries_a_registry_digest():
    """What was built here must never pass for what a registry gave."""
    with DockerEngine() as engine:
        image = recipe.ensure(standins.offer_for(parse("debian:bookworm")).recipe, engine, recipe.silent)
    assert image.config["repo_digests"] == []
