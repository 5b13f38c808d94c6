"""A reaper and the builds that run beside it: what a build uses stays, whoever runs it and wherever it is seen from."""

import tempfile
import time

import pytest

from sandbox.engine import BuildFailed, folders, layers
from sandbox.engine.api import EngineRefusal
from sandbox.engine.buildnet import ROLE_HERE
from sandbox.engine.layers import MARK, Record, is_building_unseen, remove_unused, short_of
from sandbox.engine.owner import OWNER, UNTIL, labels_for, may_live, temporary_prefix, this_process

IDS = [f"sha256:{number:012x}{0:052x}" for number in range(1, 5)]
BASE, FIRST, STEP, LEAF = IDS
BOOT, NAMESPACE, PID, STARTED = this_process().split("-")
ELSEWHERE = f"{BOOT}-{int(NAMESPACE) + 1}-{PID}-{STARTED}"
ENDED = f"{BOOT}-{NAMESPACE}-{PID}-1"
OTHER_MACHINE = f"00000000-{NAMESPACE}-{PID}-{STARTED}"


class Stock:
    """An engine with a base, our mark on it, and two steps of a build that failed; `containers` are its builds'."""

    local = True

    def __init__(self, *owners, until=60.0, name="python:3"):
        labels = [labels_for("e1", ROLE_HERE, until - 600) | {OWNER: owner} for owner in owners]
        self.builds = [{"Id": "b", "Labels": one} for one in labels]
        self.images = {
            one: {"Id": one, "ParentId": parent, "RepoTags": None, "Labels": {MARK: "1"}, "Created": 0}
            for one, parent in zip(IDS, ["", *IDS], strict=False)
        }
        self.images[BASE] |= {"RepoTags": [name] if name else None, "Labels": {}}

    def all_images(self):
        return list(self.images.values())

    def containers(self, filters):
        assert filters == {"label": [f"assay.role={ROLE_HERE}"]}
        return self.builds

    def history(self, one):
        steps = {FIRST: f"/bin/sh -c #(nop)  LABEL {MARK}=1"}
        below = [steps.get(number, "RUN something") for number in IDS[: IDS.index(one) + 1]]
        return [{"CreatedBy": step} for step in reversed(below)]

    def remove_image(self, one, *, force, prune):
        assert not force
        assert not prune
        del self.images[one]


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """Records of other programs on this machine are none of these tests'."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left(api):
    remove_unused(api)
    return list(api.images)


def test_steps_of_a_build_that_failed_go_and_the_first_step_of_every_build_stays():
    assert left(Stock()) == [BASE, FIRST]


def test_first_step_goes_with_the_name_of_its_base():
    assert left(Stock(name="")) == [BASE]


def test_what_a_build_has_heard_of_stays_until_it_ends():
    api = Stock()
    with Record(None) as record:
        record.heard(f" ---> {short_of(STEP)}")
        assert left(api) == [BASE, FIRST, STEP]
    assert left(api) == [BASE, FIRST]


def test_build_that_finds_a_step_while_the_reaper_is_at_work_keeps_it():
    """The reaper asks for each step anew: here the build hears of it between two removals."""
    api = Stock()
    with Record(None) as record:
        remove = api.remove_image

        def remove_and_hear(one, **options):
            remove(one, **options)
            record.heard(f" ---> {short_of(STEP)}")

        api.remove_image = remove_and_hear
        assert left(api) == [BASE, FIRST, STEP]


def test_reaper_that_asked_only_once_would_take_it(monkeypatch):
    api, before = Stock(), layers.used_by_builds()
    monkeypatch.setattr(layers, "used_by_builds", lambda: before)
    with Record(None) as record:
        record.heard(f" ---> {short_of(STEP)}")
        assert left(api) == [BASE, FIRST]


@pytest.mark.parametrize(
    ("owner", "seconds", "local", "expected"),
    [
        (ELSEWHERE, 60.0, True, True),
        (OTHER_MACHINE, 60.0, False, True),
        (this_process(), 60.0, True, True),
        (OTHER_MACHINE, 60.0, True, False),  # this machine was started again since
        (ENDED, 60.0, True, False),
        (ELSEWHERE, -1.0, True, False),
        ("", 60.0, True, False),
    ],
    ids=["elsewhere", "other machine", "here", "before a restart", "ended", "too old", "nobody"],
)
def test_steps_stay_while_a_build_runs_that_cannot_be_seen_from_here(owner, seconds, local, expected):
    api = Stock(owner, until=seconds)
    api.local = local
    assert api.builds[0]["Labels"][UNTIL].isdigit()
    assert is_building_unseen(api) is expected
    assert left(api) == (IDS if expected else [BASE, FIRST])


def test_build_that_can_be_seen_holds_back_only_what_it_uses():
    api = Stock(this_process())
    with Record(None):
        assert left(api) == [BASE, FIRST]


def test_young_step_stays_but_for_one_of_a_build_whose_process_was_killed(temporary):
    """Its record is still there, and nobody is about to tell that he uses what stands in it."""
    api = Stock()
    for one in (STEP, LEAF):
        api.images[one]["Created"] = time.time()
    assert left(api) == IDS
    record = temporary / (temporary_prefix("layers").replace(this_process(), ENDED) + "x")
    record.write_text(f"{short_of(LEAF)}\n")
    folders.remove_left_over(temporary)
    assert record.exists()
    assert left(api) == [BASE, FIRST, STEP]
    assert not record.exists()


def test_young_step_of_a_build_that_failed_goes_at_once(temporary):
    api = Stock()
    for one in (STEP, LEAF):
        api.images[one]["Created"] = time.time()
    with Record(None) as good:
        good.heard(f" ---> {short_of(LEAF)}")
    assert list(temporary.glob("assay-*")) == []
    failed = Record(None)
    failed.__enter__()
    for one in (STEP, LEAF):
        failed.heard(f" ---> {short_of(one)}")
    assert left(api) == IDS
    failed.__exit__(BuildFailed, None, None)
    assert left(api) == [BASE, FIRST]
    assert list(temporary.glob("assay-*")) == []


def test_record_of_a_build_that_was_killed_stays_until_its_steps_can_go(temporary):
    """Its last container is just going, and holds the step that it stands on."""
    api, refused = Stock(), [EngineRefusal(409, "image is being used by stopped container")]
    api.images[LEAF]["Created"] = time.time()
    remove = api.remove_image

    def remove_later(one, **options):
        if refused:
            raise refused.pop()
        remove(one, **options)

    api.remove_image = remove_later
    record = temporary / (temporary_prefix("layers").replace(this_process(), ENDED) + "x")
    record.write_text(f"{short_of(LEAF)}\n")
    assert left(api) == IDS
    assert left(api) == [BASE, FIRST]


@pytest.mark.parametrize(
    ("owner", "local", "expected"),
    [
        (this_process(), True, True),
        (ENDED, True, False),
        (ELSEWHERE, True, True),
        (OTHER_MACHINE, True, False),
        (OTHER_MACHINE, False, True),
        ("", False, False),
    ],
    ids=["here", "ended", "elsewhere", "before a restart", "other machine", "nobody"],
)
def test_process_that_cannot_be_seen_may_live(owner, local, expected):
    assert may_live(owner, local=local) is expected
