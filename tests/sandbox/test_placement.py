"""Which cores the parts of an evaluation get, on an ordinary day and while a service is loaded."""

import pytest

from sandbox.engine.placement import Lane, Placement, lane, place


@pytest.mark.parametrize(
    ("cores", "expected"),
    [
        ([], ("", "")),
        ([0], ("", "")),
        ([0, 1], ("0", "1")),
        ([4, 2, 3], ("2", "3,4")),
        (range(8), ("0,1,2", "3,4,5")),
    ],
)
def test_place_gives_services_the_lower_half(cores, expected):
    assert place(cores) == Placement(*expected)


@pytest.mark.parametrize(
    ("cores", "expected"),
    [
        ([3], ("", "", "", False)),
        ([0, 1], ("1", "0", "0", True)),
        ([0, 1, 2], ("2", "1", "0", True)),
        (range(8), ("7", "6", "0,1,2,3,4,5", True)),
    ],
)
def test_lane_gives_the_loaded_app_a_core_of_its_own(cores, expected):
    assert lane(cores) == Lane(*expected)


def test_lane_of_a_larger_app_has_as_many_cores_as_its_limit_needs():
    assert lane(range(4), 1.5) == Lane("2,3", "1", "0", split=True)
    assert lane(range(2), 2.0) == Lane("1", "0", "0", split=True)


@pytest.mark.parametrize("count", [4, 8, 32])
def test_everyday_work_never_runs_on_a_measured_core(count):
    found, measured = place(range(count)), lane(range(count))
    everyday = {*found.services.split(","), *found.tools.split(",")}
    assert not everyday & {measured.app, measured.generator}
