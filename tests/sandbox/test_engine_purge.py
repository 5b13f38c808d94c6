"""Purging: every image of ours that nothing uses, dependents first, and the builds' network; nobody else's."""

from sandbox.engine.api import EngineRefusal
from sandbox.engine.purge import purge


class Ledger:
    """The part of the engine's interface that purging uses, over images by repository."""

    local = False

    def __init__(self, images, in_use=()):
        self.stock, self.in_use, self.network = images, in_use, True

    def containers(self, _filters):
        return []

    def images(self, repository):
        names = [name for name in self.stock if name.rpartition(":")[0] == repository]
        return [{"RepoTags": [name], "Created": 0} for name in names]

    def remove_image(self, name):
        if name in self.in_use:
            raise EngineRefusal(409, "image is being used by a running container")
        self.stock.remove(name)

    def remove_network(self, _name):
        if self.in_use:
            raise EngineRefusal(403, "network has active endpoints")
        self.network = False


def test_purge_removes_ours_and_leaves_others():
    api = Ledger(["assay/base:a", "assay/tools:b", "assay/evaluation:c", "team/app:1"])
    removed = purge(api)
    assert api.stock == ["team/app:1"]
    assert [line for line in removed if "tools" in line or "base" in line] == [
        "image assay/tools:b",
        "image assay/base:a",
    ]
    assert api.network is False


def test_purge_leaves_what_is_in_use():
    api = Ledger(["assay/base:a", "assay/tools:b"], in_use=("assay/base:a",))
    purge(api)
    assert api.stock == ["assay/base:a"]
    assert api.network is True
