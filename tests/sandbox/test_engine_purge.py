"""Purging: every image of ours that nothing uses, dependents first, and the builds' network; nobody else's."""

import pytest

from sandbox.engine import folders
from sandbox.engine.api import EngineRefusal
from sandbox.engine.budget import PULLED, number_of
from sandbox.engine.buildnet import NETWORK
from sandbox.engine.purge import purge


class Ledger:
    """The part of the engine's interface that purging uses, over images by name. It is nobody's engine."""

    local = False

    def __init__(self, images, in_use=()):
        self.stock, self.in_use, self.network = images, in_use, True

    def containers(self, _filters):
        return []

    def volumes(self):
        return []

    def remove_volume(self, name):
        raise AssertionError(name)

    def networks(self):
        return [{"Name": NETWORK, "Labels": {}}]

    def all_images(self):
        return [{"Id": name, "ParentId": "", "RepoTags": [name], "Created": 0, "Size": 0} for name in self.stock]

    def images(self, repository):
        return [summary for summary in self.all_images() if summary["Id"].rpartition(":")[0] == repository]

    def remove_image(self, name, **_):
        if name in self.in_use:
            raise EngineRefusal(409, "image is being used by a running container")
        self.stock.remove(name)

    def remove_network(self, name):
        assert name == NETWORK
        if self.in_use:
            raise EngineRefusal(403, "network has active endpoints")
        self.network = False


@pytest.fixture(autouse=True)
def no_folders(monkeypatch):
    """The temporary folders of this machine are other programs'."""
    monkeypatch.setattr(folders, "remove_left_over", list)


def test_purge_removes_ours_and_leaves_others():
    api = Ledger(["assay/base:a", "assay/tools:b", "assay/evaluation:c", "assay/cache:d", "team/app:1", "assayer/x:1"])
    assert purge(api) == [
        "image assay/evaluation:c",
        "image assay/cache:d",
        "image assay/tools:b",
        "image assay/base:a",
        f"network {NETWORK}",
    ]
    assert api.stock == ["team/app:1", "assayer/x:1"]
    assert api.network is False


def test_purge_removes_the_names_under_which_bases_were_pulled():
    pulled = f"{PULLED}:{number_of('python:3.12-slim')}"
    api = Ledger(["python:3.12-slim", "mine:1", pulled])
    api.all_images = lambda: [{"Id": "a", "ParentId": "", "RepoTags": list(api.stock), "Created": 0, "Size": 0}]
    api.images = lambda repository: [{"RepoTags": [pulled]}] if repository == PULLED and pulled in api.stock else []
    purge(api)
    assert api.stock == ["mine:1"]


def test_purge_leaves_what_is_in_use():
    api = Ledger(["assay/base:a", "assay/tools:b"], in_use=("assay/base:a",))
    purge(api)
    assert api.stock == ["assay/base:a"]
    assert api.network is True
