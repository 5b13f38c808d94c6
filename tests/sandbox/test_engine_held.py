"""Images that evaluations share: their names tell whose they are, and nobody's goes while somebody holds it."""

import secrets
import time

import pytest

from sandbox.engine import folders, held
from sandbox.engine.api import EngineRefusal
from sandbox.engine.docker import DockerEngine
from sandbox.engine.owner import EVALUATION, OWNER, UNTIL, image_labels, image_name, this_process
from sandbox.engine.reap import reap
from tests.containers import build

DEAD = "gone0000-1-2-3"


class Names:
    """The names of an engine's images, and nothing else of it."""

    local = True

    def __init__(self):
        self.stock = {}

    def tag(self, image, reference):
        self.stock[reference] = image

    def images(self, repository):
        found = {}
        for name, image in self.stock.items():
            if name.startswith(f"{repository}:"):
                found.setdefault(image, []).append(name)
        # What a team wrote into its image counts for nothing.
        labels = {EVALUATION: "another", OWNER: this_process(), UNTIL: str(int(time.time() + 999))}
        return [{"Id": image, "RepoTags": names, "Labels": labels, "Created": 0} for image, names in found.items()]

    def all_images(self):
        return []

    def remove_image(self, name, **_):
        if name not in self.stock:
            raise EngineRefusal(404, "no such image")
        del self.stock[name]

    def containers(self, _filters):
        return []

    volumes = networks = all_images
    remove_volume = remove_network = remove_image


@pytest.fixture(autouse=True)
def no_folders(monkeypatch):
    """The temporary folders of this machine are other programs'."""
    monkeypatch.setattr(folders, "remove_left_over", list)


@pytest.mark.parametrize("key", ["cli-1f", "Site.7-A"], ids=["plain", "dotted"])
@pytest.mark.parametrize("service", ["", "redis"], ids=["app", "service"])
def test_holder_is_read_back_from_its_name(key, service):
    api, labels = Names(), image_labels(key, 60)
    assert held.hold(api, "sha256:a", image_name(key, service), labels)
    (holder,) = held.holders(api)
    assert holder.labels == labels
    assert f"assay/evaluation:{holder.tag}" == image_name(key, service)
    held.let_go(api, key.lower(), services=True)
    assert list(api.stock) == [image_name(key, service)]


def test_holder_whose_name_would_be_too_long_is_none():
    api, key = Names(), "k" * 64
    assert not held.hold(api, "sha256:a", image_name(key, "s" * 60), image_labels(key, 60))
    assert api.stock == {}


@pytest.mark.parametrize(
    ("owner", "seconds", "stays"),
    [(this_process, 60, True), (lambda: DEAD, 60, False), (this_process, -10_000, False)],
    ids=["held", "process-gone", "time-over"],
)
def test_reaper_goes_by_the_name_and_not_by_the_labels_of_a_shared_image(owner, seconds, stays):
    api, key = Names(), "e1"
    held.hold(api, "sha256:a", image_name(key), image_labels(key, seconds) | {OWNER: owner()})
    removed = reap(api, frozenset())
    assert bool(api.stock) == stays
    assert (f"image {image_name(key)}" in removed) != stays


def test_reaper_takes_a_holder_whose_image_has_lost_its_name():
    api = Names()
    held.hold(api, "sha256:a", image_name("e1"), image_labels("e1", 60) | {OWNER: DEAD})
    api.remove_image(image_name("e1"))
    reap(api, frozenset())
    assert api.stock == {}


@pytest.mark.docker
def test_two_evaluations_of_the_same_files_share_an_image_until_both_are_over(engine, tmp_path, python_image):
    (tmp_path / "said").write_text(secrets.token_hex(8))
    dockerfile = f"FROM {python_image}\nCOPY said /said\n"
    keys = [f"test-{secrets.token_hex(4)}" for _ in range(3)]
    with DockerEngine() as caching:
        _, *shared = [build(caching, key, tmp_path, dockerfile)[0] for key in keys]
        assert shared[0] == shared[1] == caching.image(image_name(keys[1]))
        caching.remove_images(keys[0])
        caching.remove_images(keys[1])
        assert [one.labels[EVALUATION] for one in held.holders(caching.api) if one.image == shared[0].id] == [keys[2]]
        assert caching.image(image_name(keys[1])) is None
        assert caching.image(image_name(keys[2])) == shared[1]
        caching.remove_images(keys[2])
        document = caching.api.inspect_image(shared[0].id)
        for name in document["RepoTags"]:
            caching.api.remove_image(name)
    assert all(name.startswith("assay/cache:") for name in document["RepoTags"])
