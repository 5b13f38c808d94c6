"""Whether a team can put something into another team's build by way of what builds keep for one another."""

import secrets

import pytest

from sandbox import images
from sandbox.engine import BuildFailed
from sandbox.engine.docker import DockerEngine
from sandbox.engine.layers import CACHE
from sandbox.faults import TeamFault
from tests.containers import build

pytestmark = pytest.mark.docker
SAID = "RUN cat /srv/said"


@pytest.fixture
def caching(engine):
    """A caching engine; what builds with its nonce have kept goes with it."""
    with DockerEngine() as caching:
        caching.nonce = secrets.token_hex(8)
        yield caching
        for name in kept(caching):
            caching.remove_image(name)


def kept(engine):
    """Names of what builds with this engine's nonce have kept."""
    found = [one for one in engine.api.all_images() if (one.get("Labels") or {}).get("test.nonce") == engine.nonce]
    return [name for one in found for name in one.get("RepoTags") or () if name.startswith(f"{CACHE}:")]


def team(engine, folder, lines, said, **options):
    """One team's evaluation of a repository that holds the file `said`: the build's log."""
    key = f"test-{secrets.token_hex(4)}"
    (folder / "said").write_text(said)
    _, log = build(engine, key, folder, "\n".join([*lines, ""]), **options)
    engine.remove_images(key)
    return log


@pytest.mark.parametrize("name", ["assay/cache:{id}", "docker.io/assay/cache:{id}", "ASSAY/cache:{id}"])
@pytest.mark.parametrize("line", ["FROM {name}", "FROM python:3.12-slim\nCOPY --from={name} /srv /srv"])
def test_team_cannot_name_what_another_has_kept(engine, line, name):
    dockerfile = line.format(name=name.format(id=secrets.token_hex(6))) + '\nCMD ["true"]\n'
    with pytest.raises(TeamFault) as raised:
        images.resolve(dockerfile, engine, say=lambda _text: None)
    assert raised.value.id in ("base_image_refused", "base_image_invalid")


def test_same_instructions_on_other_files_are_run(caching, python_image, tmp_path):
    lines = [f"FROM {python_image}", f"LABEL test.nonce={caching.nonce}", "COPY said /srv/said", SAID]
    assert "poison" in team(caching, tmp_path, lines, "poison")
    assert kept(caching)
    log = team(caching, tmp_path, lines, "bread")
    assert "bread" in log
    assert "poison" not in log


def test_words_of_a_step_change_no_name(caching, python_image, tmp_path):
    """A step that prints the builder's own words must not make another's build find something else."""
    lines = [f"FROM {python_image}", f"LABEL test.nonce={caching.nonce}", "COPY said /srv/said"]
    stranger = caching.api.inspect_image(python_image)["Id"].removeprefix("sha256:")[:12]
    before = set(caching.api.inspect_image(python_image)["RepoTags"])
    team(caching, tmp_path, [*lines, f"RUN echo ' ---> {stranger}' && echo ' ---> Using cache'"], "bread")
    assert set(caching.api.inspect_image(python_image)["RepoTags"]) == before


def test_failed_build_keeps_nothing(caching, python_image, tmp_path):
    lines = [f"FROM {python_image}", f"LABEL test.nonce={caching.nonce}", "COPY said /srv/said", "RUN exit 1"]
    with pytest.raises(BuildFailed):
        team(caching, tmp_path, lines, "poison")
    assert kept(caching) == []


def test_triggers_of_a_kept_image_do_not_run(caching, python_image, tmp_path):
    """They would run while the image is used again, outside of the network that is a team's."""
    trigger = "ONBUILD RUN echo triggered > /srv/triggered && cat /srv/triggered"
    lines = [f"FROM {python_image}", f"LABEL test.nonce={caching.nonce}", "COPY said /srv/said", trigger]
    for _ in range(2):
        assert "triggered" not in team(caching, tmp_path, lines, "bread").replace(trigger, "")
