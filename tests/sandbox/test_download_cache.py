"""The download cache in builds: what two teams share, what they never see of it, and what it must not break."""

import json
import secrets

import pytest

from sandbox.downloads.clients import is_old, variables
from sandbox.downloads.offer import VOLUME
from sandbox.faults import HostFault
from sandbox.images import resolution
from tests.containers import build
from tests.package_index import Index, tarball, wheel

AT = "http://127.0.0.1:3128"
CACHE_AGENT = "Assay download cache"


def names(dockerfile, folder, files=None, *, is_old_node=True):
    return sorted(variables(dockerfile, folder, files or {}, AT, is_old_node=is_old_node))


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("RUN pip install flask", ["PIP_INDEX_URL"]),
        ("RUN python -m pip3 wheel .", ["PIP_INDEX_URL"]),
        ("RUN uv pip install -r requirements.txt", ["UV_DEFAULT_INDEX"]),
        ("RUN uv sync --locked", []),  # compares the index with the lock file's
        ("RUN uv pip install x && uv sync", []),
        ("RUN npm ci", ["npm_config_registry"]),
        ("RUN apt-get update", []),
        ("RUN pip install --index-url https://index.example.org/simple x", ["PIP_INDEX_URL"]),  # the option is stronger
        ("ENV PIP_INDEX_URL=https://index.example.org/simple\nRUN pip install x", []),
        ("ARG PIP_INDEX_URL=https://index.example.org/simple\nRUN pip install x", []),
        ("COPY pip.conf /etc/\nRUN pip install x", []),
        ("RUN npm config set registry https://registry.example.org && npm ci", []),
    ],
)
def test_only_clients_that_a_dockerfile_runs_and_does_not_settle_are_led(tmp_path, line, given):
    assert names(f"FROM x\n{line}\n", tmp_path) == given


@pytest.mark.parametrize(
    ("file", "text", "given"),
    [
        (".npmrc", "registry=https://npm.example.org/", ["PIP_INDEX_URL"]),
        (".npmrc", "//npm.example.org/:_authToken=${TOKEN}", ["PIP_INDEX_URL"]),
        (".npmrc", "legacy-peer-deps=true", ["PIP_INDEX_URL", "npm_config_registry"]),
        ("web/.yarnrc.yml", "npmRegistryServer: https://npm.example.org", ["PIP_INDEX_URL"]),
        ("deploy/pip.conf", "[global]\nindex-url = https://index.example.org", ["npm_config_registry"]),
    ],
)
def test_settings_of_a_team_stand(tmp_path, file, text, given):
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    assert names("FROM x\nRUN pip install . && npm ci\n", tmp_path) == given
    assert names("FROM x\nRUN pip install . && npm ci\n", tmp_path / "empty", {file: text}) == given


def test_lock_file_keeps_its_addresses_where_npm_would_spoil_them(tmp_path):
    """Some releases of npm 11 put a registry's host into a lock file's address and leave its https."""
    given = variables("FROM x\nRUN npm ci\n", tmp_path, {}, AT, is_old_node=False)
    assert given["npm_config_replace_registry_host"] == "never"
    assert is_old([["NODE_VERSION=20.11.1"], ["PATH=/bin"]])
    assert not is_old([["NODE_VERSION=24.1.0"], ["NODE_VERSION=20.1.0"]])
    assert not is_old([["PATH=/bin"]])


@pytest.fixture
def index(monkeypatch):
    """An index with packages of names that nobody has used before, which this site's builds are set up for."""
    with Index() as index:
        index.mark = secrets.token_hex(4)
        index.python, index.npm = f"bread{index.mark}", f"roll{index.mark}"
        index.wheel, body = wheel(index.python)
        index.project(index.python, {index.wheel: body})
        index.package(index.npm, {"1.0.0": tarball(index.npm)})
        monkeypatch.setenv("ASSAY_DOWNLOADS_PYTHON", f"{index.url}/simple")
        monkeypatch.setenv("ASSAY_DOWNLOADS_NPM", index.url)
        monkeypatch.setenv("ASSAY_BUILD_HOSTS", index.host)
        yield index


@pytest.fixture
def team(engine, tmp_path, limits):
    """`team(image, line)`: the log of one team's build of one step, with what the image says afterwards."""

    def go(image, line, **files):
        key = f"test-{secrets.token_hex(4)}"
        folder = tmp_path / key
        folder.mkdir()
        for name, text in files.items():
            (folder / name.replace("_", ".")).write_text(text)
        made, log = build(engine, key, folder, f"FROM {image}\nCOPY . /srv\nWORKDIR /srv\nRUN {line}\n", limits=limits)
        engine.remove_image(f"assay/evaluation:{key}")
        return log, made

    return go


def asked(index, part):
    return sum(count for path, count in index.asked.items() if part in path)


@pytest.mark.docker
def test_two_teams_download_a_wheel_once(index, team, python_image):
    line = f"pip install --no-cache-dir {index.python} && python3 -c 'import {index.python} as b; print(b.VALUE)'"
    first, image = team(python_image, line)
    second, _ = team(python_image, line)
    assert "Files from the download cache: 1 fetched" in first
    assert "Files from the download cache: 1 kept" in second
    assert asked(index, index.wheel) == 1
    assert asked(index, f"/simple/{index.python}/") == 2  # the page is asked anew each time
    assert not any("INDEX" in name for name in image.config["env_names"])


@pytest.mark.docker
def test_two_teams_download_an_npm_package_once(engine, index, team):
    node = resolution.find("node:22-slim", engine, lambda _text: None).used
    package = json.dumps({"name": "x", "version": "1.0.0", "dependencies": {index.npm: "1.0.0"}})
    line = f"npm install --no-audit --no-fund && node -p 'require(\"{index.npm}\")'"
    first, _ = team(node, line, package_json=package)
    second, _ = team(node, line, package_json=package)
    assert "1 fetched" in first
    assert "1 kept" in second
    assert asked(index, ".tgz") == 1


@pytest.mark.docker
def test_step_sees_nothing_of_the_store(index, team, python_image):
    log, _ = team(python_image, "pip --version && pip download x; cat /proc/mounts; ls -la / | grep -c downloads; true")
    assert VOLUME not in log
    assert "/downloads" not in log


@pytest.mark.docker
def test_cache_that_fails_fails_no_build(index, team, python_image):
    """The index answers everybody but the cache: the build asks it itself, and the log says so."""
    page = index.pages[f"/simple/{index.python}/"]

    def moody(handler):
        if handler.headers["User-Agent"] == CACHE_AGENT:
            handler.answer(500, {}, b"")
        else:
            handler.answer(*page)

    index.pages[f"/simple/{index.python}/"] = moody
    log, _ = team(python_image, f"pip install --no-cache-dir --trusted-host {index.host} {index.python}")
    assert f"Successfully installed {index.python}-1.0" in log
    assert "to the index itself: Failed: status 500" in log


@pytest.mark.docker
def test_cache_can_be_switched_off(index, team, python_image, monkeypatch):
    monkeypatch.setenv("ASSAY_DOWNLOADS", "off")
    line = f"pip install --no-cache-dir --trusted-host {index.host} -i {index.url}/simple {index.python}"
    log, _ = team(python_image, f"{line} && env")
    assert "Successfully installed" in log
    assert "download cache" not in log
    assert "PIP_INDEX_URL" not in log
    assert CACHE_AGENT not in repr(index.agents)


@pytest.mark.docker
def test_wrong_setting_is_named(index, team, python_image, monkeypatch):
    monkeypatch.setenv("ASSAY_DOWNLOADS_BUDGET", "a lot")
    with pytest.raises(HostFault, match="ASSAY_DOWNLOADS_BUDGET"):
        team(python_image, "pip --version && pip download x")
