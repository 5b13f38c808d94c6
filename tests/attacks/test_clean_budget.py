"""The disk budget: caches go by the time of their last use, the oldest first, and never what is in use."""

import io
import secrets
import tarfile
import tempfile
import time

import pytest

from sandbox.engine import budget
from sandbox.engine.docker import DockerEngine
from sandbox.engine.layers import Record, _may_go, is_mark_of_base, remove_unused, short_of
from sandbox.faults import HostFault
from sandbox.limits import GIB, MIB, Limits
from tests.containers import build

pytestmark = pytest.mark.docker

SIZE = 1 * MIB
DISK = (500 * GIB, 400 * GIB)


@pytest.fixture
def caches(engine, tmp_path):
    """Three caches of 1 MiB each in a repository of this test alone, from the oldest to the newest: (names, ids)."""
    repository = f"assay/test-budget-{secrets.token_hex(4)}"
    names, ids = [f"{repository}:{name}" for name in ("old", "mid", "new")], []
    for number, name in enumerate(names):
        root = tmp_path / "root.tar"
        with tarfile.open(root, "w") as archive:
            member = tarfile.TarInfo(f"{repository}-{number}")
            member.size = SIZE
            archive.addfile(member, io.BytesIO(secrets.token_bytes(SIZE)))
        ids.append(engine.load_root(root, name, changes=()).id)
        engine.api.tag(ids[-1], name)  # the engine notes the time
        time.sleep(0.05)
    yield names, ids
    for name in names:
        engine.remove_image(name)


def enforce(engine, caches, **options):
    """Evict down to two caches, of these alone; the short names of those that are still there."""
    names, ids = caches
    options = {"budget": str(int(2.5 * SIZE)), "disk": DISK, "idle_s": 0.0} | options
    said = budget.enforce(engine.api, repositories=(names[0].rpartition(":")[0],), **options)
    here = [name.rpartition(":")[2] for name, one in zip(names, ids, strict=True) if engine.image(one)]
    assert not [name for name in here if any(f":{name} " in line for line in said)]
    return here


def test_oldest_cache_goes_first_and_no_more_than_need_be(engine, caches):
    assert enforce(engine, caches, budget="1GB") == ["old", "mid", "new"]
    assert enforce(engine, caches) == ["mid", "new"]
    assert enforce(engine, caches, budget="1") == []


def test_cache_that_was_used_again_is_the_newest(engine, caches):
    names, ids = caches
    budget.note_use(engine.api, ids[0], (names[0].rpartition(":")[0],))
    assert enforce(engine, caches) == ["old", "new"]


def test_cache_that_was_used_a_moment_ago_stays_over_the_budget(engine, caches, caplog):
    assert enforce(engine, caches, budget="1", idle_s=600.0) == ["old", "mid", "new"]
    assert "all are in use" in caplog.text


def test_nearly_full_disk_takes_caches_within_the_budget(engine, caches):
    assert enforce(engine, caches, budget="1GB", disk=(500 * GIB, 1 * GIB)) == []


def _of_container(engine, name, _record, _key):
    made = engine.api.create("", {"Image": name, "Cmd": ["never"], "HostConfig": {"NetworkMode": "none"}})
    return lambda: engine.api.remove(made)


def _of_build(engine, name, record, _key):
    record.heard(f" ---> {short_of(engine.image(name).id)}")
    return lambda: record.__exit__(None, None, None)


def _of_evaluation(engine, name, _record, key):
    with tempfile.TemporaryDirectory() as context:
        build(engine, key, context, f"FROM {name}\nENV A=1\n", trusted=True)
    return lambda: engine.remove_image(f"assay/evaluation:{key}")


def _of_stranger(engine, name, _record, key):
    engine.api.tag(name, f"somebody/{key}:1")
    return lambda: engine.remove_image(f"somebody/{key}:1")


@pytest.mark.parametrize("begin", [_of_container, _of_build, _of_evaluation, _of_stranger])
def test_cache_in_use_is_never_evicted(engine, caches, evaluation, begin):
    names, _ = caches
    with Record(None) as record:
        release = begin(engine, names[0], record, evaluation)
        assert enforce(engine, caches) == ["old", "new"]
        assert enforce(engine, caches, budget="1") == ["old"]
        release()
    # As soon as it is not in use any more, it goes: it was the use alone that kept it.
    assert enforce(engine, caches, budget="1") == []


def test_base_with_nothing_but_our_mark_on_it_is_evicted(engine, caches, tmp_path):
    """The first step of every build. It stays while its base does, since the next build is about to use it."""
    names, ids = caches
    context = tmp_path / "context"
    context.mkdir()
    reference = f"assay/test-marked:{secrets.token_hex(4)}"
    text = f"FROM {names[0]}\nENV A=1\n"
    with DockerEngine() as caching:  # the mark of any other build is nobody's next step
        image, _ = caching.build(context, text, reference=reference, labels={}, limits=Limits(), trusted=True)
    mark = engine.api.inspect_image(image.id)["Parent"]
    engine.api.remove_image(reference, prune=False)
    assert engine.image(image.id) is None
    remove_unused(engine.api)
    stock = {one["Id"]: one for one in engine.api.all_images()}
    assert is_mark_of_base(engine.api, stock, mark)
    assert not _may_go(engine.api, stock, mark, 0.0)
    assert _may_go(engine.api, {**stock, ids[0]: stock[ids[0]] | {"RepoTags": None}}, mark, 0.0)
    assert enforce(engine, caches) == ["mid", "new"]
    assert engine.image(mark) is None


@pytest.mark.parametrize("text", ["much", "-3GB", "3 apples", "10%%", "1e9", "12 GB 3", "∞", "0x10"])
def test_unknown_budget_is_a_fault_of_the_host_that_names_the_setting(engine, caches, monkeypatch, text):
    monkeypatch.setenv("ASSAY_DISK_BUDGET", text)
    with pytest.raises(HostFault, match="setting_invalid") as fault:
        enforce(engine, caches, budget=None)
    assert "ASSAY_DISK_BUDGET" in fault.value.title
    assert repr(text) in fault.value.title


@pytest.mark.parametrize(
    ("text", "expected"),
    [("20%", 100), ("1000", 1000), ("3k", 3000), ("2 KiB", 2048), ("1.5MB", 1_500_000), ("1gib", GIB), ("200%", 500)],
)
def test_budget_is_a_size_or_a_share_of_the_disk(text, expected):
    assert budget.budget_bytes(text, 500) == expected
