"""What a build keeps for the next one, on the real engine: steps are told by the builder's own words, never by time."""

import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sandbox import images
from sandbox.buildpacks import all_buildpacks, plan_for
from sandbox.engine.docker import DockerEngine
from sandbox.engine.layers import CACHE, chain
from sandbox.limits import Limits
from sandbox.tree import Tree
from tests.containers import build

pytestmark = pytest.mark.docker
PACKS = {pack.id: pack for pack in all_buildpacks()}
STEP = re.compile(r"Step \d+/\d+ : (.*)")
FROM = re.compile(r"(?m)^(FROM +)(\S+)")
OWN_LABEL = "LABEL assay."
INSTALL = "cp requirements.txt /installed"
INSTALLING = {"python": ("main.py", "pip install"), "node": ("server.js", "npm install")}


@dataclass
class Site:
    """A caching engine, and bases that only this test builds on: others' builds on the same machine do not matter."""

    engine: DockerEngine
    plain: DockerEngine
    folder: Path
    bases: dict[str, str] = field(default_factory=dict)
    log: str = ""

    def evaluate(self, folder, dockerfile):
        """{instruction: whether it came from a kept step} of the team's steps, built as one evaluation would."""
        key, lines = f"test-{secrets.token_hex(4)}", []
        dockerfile = FROM.sub(lambda found: found[1] + self._base(found[2]), dockerfile)
        _, self.log = build(self.engine, key, folder, dockerfile, on_line=lines.append)
        self.engine.remove_images(key)  # as every evaluation does at its end
        steps, current = {}, ""
        for line in map(str.strip, lines):
            if found := STEP.fullmatch(line):
                current = found[1]
                steps |= {} if current.startswith(("FROM ", OWN_LABEL)) else {current: False}
            elif line == "---> Using cache" and current in steps:
                steps[current] = True
        return steps

    def _base(self, wanted):
        if wanted not in self.bases:
            reference = f"assay/test-base:{secrets.token_hex(4)}"
            dockerfile = f"FROM {wanted}\nLABEL test.base={reference}\n"
            self.plain.build(self.folder, dockerfile, reference=reference, labels={}, limits=Limits(), trusted=True)
            self.bases[wanted] = reference
        return self.bases[wanted]

    def clear(self):
        """Remove what the builds have kept, from the last step down to the bases."""
        api = self.engine.api
        roots = {api.inspect_image(name)["Id"] for name in self.bases.values()}
        stock = {summary["Id"]: summary for summary in api.all_images()}
        for image, summary in stock.items():
            if roots & set(chain(stock, image)) and image not in roots:
                for name in summary.get("RepoTags") or ():
                    if name.startswith(f"{CACHE}:"):
                        api.remove_image(name)
        for name in self.bases.values():
            api.remove_image(name)


@pytest.fixture
def site(engine, tmp_path_factory):
    with DockerEngine() as caching:
        site = Site(caching, engine, tmp_path_factory.mktemp("base"))
        yield site
        site.clear()


@pytest.fixture
def repository(tmp_path):
    """A team's own Dockerfile, dependencies first; the file of dependencies is like no other team's."""
    (tmp_path / "requirements.txt").write_text(f"# {secrets.token_hex(8)}\n")
    (tmp_path / "main.py").write_text("print('one')\n")
    return tmp_path


@pytest.fixture
def dockerfile(python_image):
    return (
        f"FROM {python_image}\nWORKDIR /srv\nCOPY requirements.txt .\nRUN {INSTALL}\nCOPY . .\n"
        'RUN python3 main.py > said\nCMD ["python3", "main.py"]\n'
    )


def test_reuse_ends_where_the_repository_has_changed(site, repository, dockerfile):
    first = site.evaluate(repository, dockerfile)
    assert len(first) == 6
    assert not any(first.values())
    assert site.evaluate(repository, dockerfile) == {}
    assert "Built before from exactly the same files" in site.log
    (repository / "main.py").write_text("print('two')\n")
    steps = site.evaluate(repository, dockerfile)
    dependencies = ["WORKDIR /srv", "COPY requirements.txt .", f"RUN {INSTALL}"]
    assert [name for name, reused in steps.items() if reused] == dependencies
    (repository / "requirements.txt").write_text(f"# {secrets.token_hex(8)}\n")
    steps = site.evaluate(repository, dockerfile)
    assert [name for name, reused in steps.items() if reused] == dependencies[:1]


def test_build_without_reuse_hides_nothing_from_the_others(site, engine, repository, dockerfile, evaluation):
    site.evaluate(repository, dockerfile)
    (base,) = site.bases.values()
    build(engine, evaluation, repository, f"FROM {base}\nRUN true\n")
    (repository / "main.py").write_text("print('two')\n")
    assert site.evaluate(repository, dockerfile)[f"RUN {INSTALL}"]


@pytest.mark.parametrize("pack", INSTALLING)
def test_buildpack_installs_before_it_copies_the_source(site, engine, tmp_path, pack):
    source, install = INSTALLING[pack]
    files = dict(PACKS[pack].sample)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    resolved = images.resolve(plan_for(Tree.at(tmp_path)).dockerfile, engine, say=lambda _text: None).dockerfile
    first = site.evaluate(tmp_path, resolved)
    (tmp_path / source).write_text(f"{files[source]}\n")
    second = site.evaluate(tmp_path, resolved)
    assert first.keys() == second.keys()
    assert [reused for step, reused in second.items() if install in step] == [True]
    copies = [reused for step, reused in second.items() if step.startswith("COPY") and " . /app" in step]
    assert copies == [False]
