"""Base images: reading names, the order of the three ways, whose fault it is, stand-ins that do what they claim."""

import multiprocessing
import tarfile
import time

import pytest

from sandbox import images
from sandbox.engine import BuildFailed
from sandbox.engine.fake import FakeEngine, fake_image
from sandbox.faults import HostFault, TeamFault
from sandbox.images import authority, interpreters, recipe, registries, resolution, standins, tools
from sandbox.images.recipe import Recipe
from sandbox.images.reference import parse, refusal

SHA = "sha256:" + "0" * 64


@pytest.fixture(autouse=True)
def own_settings(monkeypatch):
    """No site's settings, and no memory of a silent registry."""
    for name in ("ASSAY_MIRROR", "ASSAY_INDEX_URL", "ASSAY_DEBIAN_MIRROR"):
        monkeypatch.delenv(name, raising=False)
    registries.forget()
    yield
    registries.forget()


@pytest.fixture
def stocked():
    """A pretended engine that holds every stand-in of this machine, so that none is built."""
    names = [name for kind in standins.all_standins() for name in kind.listed()]
    engine = FakeEngine()
    for name in [*names, "python:3.11-alpine", "node:20.11.1-alpine3.19"]:
        for one in standins.offer_for(parse(name)).recipe.lineage():
            engine.images[one.reference] = fake_image(one.reference)
    return engine


def find(name, engine):
    return resolution.find(name, engine, recipe.silent, where="Dockerfile:7")


@pytest.mark.parametrize(
    ("text", "registry", "path", "shown", "official"),
    [
        ("python", "docker.io", "library/python", "python", "python"),
        ("python:3.12-slim", "docker.io", "library/python", "python:3.12-slim", "python"),
        ("docker.io/python:3", "docker.io", "library/python", "python:3", "python"),
        ("index.docker.io/library/python:3", "docker.io", "library/python", "python:3", "python"),
        ("bitnami/redis:7", "docker.io", "bitnami/redis", "bitnami/redis:7", ""),
        ("ghcr.io/team/app", "ghcr.io", "team/app", "ghcr.io/team/app", ""),
        ("r.example.org/library/node:20", "r.example.org", "library/node", "r.example.org/library/node:20", "node"),
        (f"python:3@{SHA}", "docker.io", "library/python", f"python:3@{SHA}", "python"),
        ("a.b:5000/x:1", "a.b:5000", "x", "a.b:5000/x:1", ""),
    ],
)  # fmt: skip
def test_reference_is_read_in_its_normal_form(text, registry, path, shown, official):
    read = parse(text)
    assert (read.registry, read.path, str(read), read.official) == (registry, path, shown, official)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "Python:3",
            "python:",
            "python:3:4",
            "py thon",
            "-x",
            "a//b",
            "python@sha256:12",
            "${X}",
            "../x",
            "a/../b",
        ),
        *("https://hub.example/python", "0123456789ab", "a" * 64, "x" * 401, "python:3\n", "é:1", "Team/app:1", "_/x"),
    ],
)
def test_reference_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        parse(text)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("python:3.12", True),
        ("ghcr.io/astral-sh/uv:latest", True),
        ("assaying/x:1", True),
        ("example.org/assay/x:1", True),
        ("assay/evaluation:abc", False),
        ("docker.io/assay/evaluation:abc", False),
        ("assay/base:python-3.12.1-slim-0", False),
        ("localhost/x:1", False),
        ("127.0.0.1/x:1", False),
        ("127.0.0.1:5000/x:1", False),
        ("10.0.0.7/x:1", False),
        ("[::1]:5000/x:1", False),
        ("registry.example.org:5000/x:1", False),
        ("registry.internal/x:1", False),
        ("127.1/x:1", False),
    ],
)
def test_refusal_keeps_teams_off_private_registries_and_each_others_images(text, allowed):
    assert (refusal(parse(text)) == "") is allowed


@pytest.mark.parametrize(
    ("wanted", "name", "note"),
    [
        ("python:3.12-slim", "python-3.12", ""),
        ("python:3.12-slim-bookworm", "python-3.12", ""),
        ("library/python:3.12", "python-3.12", ""),
        ("python:3.12.999-slim", "python-3.12", "patch version differs: Python 3.12.999 wanted"),
        ("python:3.12-alpine", "python-3.12", "Alpine tag served by Debian"),
        ("python:3.99-slim", "python-3.", "minor version differs: Python 3.99 wanted"),
        ("python:3.2-slim-buster", "python-3.", "minor version differs: Python 3.2 wanted"),
        ("python", "python-3.", ""),
        ("python:slim", "python-3.", ""),
        ("debian:bookworm-slim", "debian-bookworm", ""),
        ("debian:12.5", "debian-bookworm", ""),
        ("debian:bullseye", "debian-bookworm", "debian:bullseye served by Debian 12"),
        ("ubuntu:24.04", "debian-bookworm", "ubuntu:24.04 served by Debian 12"),
        ("alpine:3.20", "debian-bookworm-alpine", "alpine:3.20 served by Debian 12"),
        ("node:20-slim", "node-20-slim", ""),
        ("node:20.11.1-alpine3.19", "node-20.11.1-alpine", "Alpine tag served by Debian"),
        ("node:lts-slim", "node-24-slim", ""),
        ("node:iron-bookworm-slim", "node-20-slim", ""),
        ("node:alpine", "node-24-alpine", "Alpine tag served by Debian"),
        ("node:22", "node-22-full", ""),
        ("ghcr.io/astral-sh/uv:latest", "uv-newest", ""),
        ("ghcr.io/astral-sh/uv:0.5.11", "uv-0.5.11", ""),
        ("ghcr.io/astral-sh/uv:python3.12-bookworm-slim", "uv-newest-python-3.12", ""),
        ("ghcr.io/astral-sh/uv:0.5-python3.12-alpine", "uv-0.5-python-3.12", "Alpine tag served by Debian"),
        ("adoptopenjdk:11-jre-hotspot", "java-17", "major version differs: Java 11 wanted"),
    ],
)
def test_offer_names_the_recipe_and_how_it_differs(wanted, name, note):
    offer = standins.offer_for(parse(wanted))
    assert offer.recipe.name.startswith(name)
    assert offer.note.startswith(note)
    assert bool(offer.note) is bool(note)


@pytest.mark.parametrize(
    ("wanted", "opened"),
    [
        ("ubuntu:20.04", True),
        ("ubuntu:jammy-20240111", True),
        ("debian:11-slim", True),
        ("debian:bullseye", True),
        ("ubuntu", False),
        ("ubuntu:24.04", False),
        ("debian:12", False),
        ("debian:sid", False),
    ],
)
def test_pip_installs_for_the_system_where_the_wanted_release_lets_it(wanted, opened):
    recipe = standins.offer_for(parse(wanted)).recipe
    assert ("PIP_BREAK_SYSTEM_PACKAGES" in recipe.injected_env) is opened


@pytest.mark.parametrize(
    "wanted",
    [
        "python:2.7",
        "python:3-onbuild",
        "python:3.12-windowsservercore",
        "node:0.12",
        "node:8-onbuild",
        "elasticsearch:8.13.0",
        "someone/python:3.12",
    ],
)
def test_offer_is_not_made_for_what_cannot_be_served_honestly(wanted):
    assert standins.offer_for(parse(wanted)) is None


def test_stand_in_serves_when_no_registry_answers(stocked):
    base = find("python:3.11-alpine", stocked)
    assert base.to_json() == {
        "wanted": "python:3.11-alpine",
        "used": base.used,
        "digest": stocked.images[base.used].id,
        "how": "stand-in",
        "note": "Alpine tag served by Debian",
    }
    assert base.used.startswith("assay/base:python-3.11")
    assert "SSL_CERT_FILE" in base.injected_env


def test_silent_registry_is_asked_once_and_another_one_still_is(stocked):
    find("python:3.12-slim", stocked)
    find("python:3.13-slim", stocked)
    with pytest.raises(HostFault):
        find("quay.io/team/app:1", stocked)
    assert stocked.calls == ["pull python:3.12-slim", "pull quay.io/team/app:1"]


def test_image_of_a_registry_goes_before_the_stand_in_and_is_pinned(stocked):
    stocked.images["python:3.12-slim"] = fake_image("python:3.12-slim", repo_digests=[f"python@{SHA}"])
    assert find("docker.io/library/python:3.12-slim", stocked).to_json() == {
        "wanted": "docker.io/library/python:3.12-slim",
        "used": f"python@{SHA}",
        "digest": SHA,
        "how": "pulled",
    }
    assert stocked.calls == []


def test_local_image_without_a_registry_digest_is_never_used(stocked):
    """Anything can be tagged `python:3.12-slim` here; only what a registry gave counts as that image."""
    stocked.images["secret:1"] = fake_image("secret:1")
    stocked.images["python:3.12-slim"] = fake_image("python:3.12-slim", repo_digests=[f"elsewhere@{SHA}"])
    base = resolution._pulled_before("python:3.12-slim", parse("python:3.12-slim"), stocked)
    assert base is None


def test_unobtainable_image_is_our_fault_and_names_it(stocked):
    with pytest.raises(HostFault) as caught:
        find("nvidia/cuda:12", stocked)
    assert caught.value.id == "image_unavailable"
    assert "nvidia/cuda:12" in caught.value.title
    assert caught.value.fix


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("Python:3.12", "base_image_invalid"),
        ("0123456789ab", "base_image_invalid"),
        ("assay/tools:1", "base_image_refused"),
    ],
)
def test_bad_name_is_the_teams_fault_with_its_line(stocked, name, fault):
    with pytest.raises(TeamFault) as caught:
        find(name, stocked)
    assert (caught.value.id, caught.value.where) == (fault, "Dockerfile:7")


def test_resolve_rewrites_and_lists_what_the_stand_in_brings(stocked):
    said = []
    resolved = images.resolve(
        "# syntax=a/b:1\nARG V=3.12\nFROM python:${V}-slim AS a\nFROM debian:bullseye\nCOPY --from=a /x /x\n",
        stocked,
        say=said.append,
    )
    python, debian = resolved.bases
    assert resolved.dockerfile.splitlines()[1:] == [
        f"FROM {python.used} AS a",
        f"FROM {debian.used}",
        "COPY --from=a /x /x",
    ]
    assert debian.note == "debian:bullseye served by Debian 12 (bookworm)"
    assert set(authority.BUNDLE_VARIABLES) <= set(resolved.injected_env)
    assert any("python:3.12-slim" in line for line in said)


def test_resolve_names_every_construct_that_needs_buildkit(stocked):
    with pytest.raises(TeamFault) as caught:
        images.resolve("FROM python:3.12-slim\nRUN --mount=type=secret,id=a x\nCOPY --chmod=1 a b\n", stocked)
    assert (caught.value.id, caught.value.where) == ("needs_buildkit", "Dockerfile:2")
    assert caught.value.detail.splitlines() == ["Line 2: RUN --mount", "Line 3: COPY --chmod"]


def test_recipe_changes_its_name_with_its_content_and_its_base(monkeypatch):
    before = standins.offer_for(parse("python:3.12")).recipe
    monkeypatch.setenv("ASSAY_INDEX_URL", "https://index.example.org/simple")
    after = standins.offer_for(parse("python:3.12")).recipe
    assert [one.name for one in before.lineage()] == [one.name for one in after.lineage()]
    assert all(a.reference != b.reference for a, b in zip(before.lineage(), after.lineage(), strict=True))
    assert "PIP_INDEX_URL" in after.injected_env


def test_failed_build_of_a_base_is_our_fault(tmp_path, monkeypatch):
    monkeypatch.setenv("ASSAY_CACHE", str(tmp_path))

    def make(_engine, _folder, _reference):
        raise BuildFailed("pip failed", "line 1\nno route to host")

    with pytest.raises(HostFault) as caught:
        recipe.ensure(Recipe("x", (), make), FakeEngine(), recipe.silent)
    assert caught.value.id == "image_unavailable"
    assert "no route to host" in caught.value.detail


def _make_slowly(folder):
    """In a process of its own: one build that notes itself, against an engine whose images are files."""

    class Files:
        def image(self, reference):
            return fake_image(reference) if (folder / "made").exists() else None

    def make(_engine, _folder, reference):
        with (folder / "builds").open("a") as log:
            log.write("built\n")
        time.sleep(0.3)
        (folder / "made").touch()
        return fake_image(reference)

    recipe.ensure(Recipe("slow", (), make), Files(), recipe.silent)


def test_two_processes_make_an_image_once(tmp_path, monkeypatch):
    monkeypatch.setenv("ASSAY_CACHE", str(tmp_path))
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_make_slowly, args=(tmp_path,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert (tmp_path / "builds").read_text() == "built\n"


def test_cache_folder_that_cannot_be_made_is_our_fault(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("ASSAY_CACHE", str(tmp_path / "file" / "below"))
    with pytest.raises(HostFault, match="cache_unwritable"):
        recipe.cache_folder()


def test_local_authorities_are_those_that_debian_does_not_ship(tmp_path):
    shipped, own = ("-----BEGIN CERTIFICATE-----\n" + letter * 80 + "\n-----END CERTIFICATE-----\n" for letter in "AB")
    (tmp_path / "usr/share/ca-certificates/mozilla").mkdir(parents=True)
    (tmp_path / "usr/share/ca-certificates/mozilla/a.crt").write_text(shipped)
    assert authority.add_local_authorities(tmp_path, own + shipped + own) == 1
    (written,) = (tmp_path / authority.LOCAL_AUTHORITIES).iterdir()
    assert authority.certificates(written.read_text()) == ["B" * 80]


def test_packed_interpreter_has_no_tests_caches_of_sites_or_foreign_prefix(tmp_path):
    found = interpreters.found()
    assert found, "this machine has a Python of its own prefix, as make up needs one"
    chosen = found[max(found, key=lambda minor: int(minor.split(".")[1]))]
    interpreters.pack(chosen, tmp_path / "python.tar")
    with tarfile.open(tmp_path / "python.tar") as tar:
        names = set(tar.getnames())
        data = next(name for name in names if "/_sysconfigdata" in name)
        assert str(chosen.prefix).encode() not in tar.extractfile(data).read()
        assert {member.uid for member in tar} == {0}
    library = f"lib/python{chosen.minor}"
    assert {f"bin/python{chosen.minor}", "bin/python3", "bin/python", f"{library}/site-packages"} <= names
    assert not [name for name in names if name.startswith((f"{library}/test/", f"{library}/site-packages/"))]
    assert (tmp_path / "python.tar").stat().st_size < 120e6


def test_installation_without_constraints_falls_back_to_the_installed_version(monkeypatch, tmp_path):
    assert {f"\n{name}==" in tools._pins()[0] for name in tools.PACKAGES} == {True}
    monkeypatch.setattr(tools, "PACKAGE", tmp_path / "sandbox")
    constraints, requirements = tools._pins()
    assert constraints == ""
    assert [one.partition("==")[0] for one in requirements.split()] == list(tools.PACKAGES)
