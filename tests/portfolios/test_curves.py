"""Pictures of scoring curves: their points lie where the figures say, and the page says the same in words."""

import pytest

from evaluations.catalogue import checks, curves
from portfolios.curves import HEIGHT, STEPS, WIDTH, pictures

CURVED = [check.id for check in checks().values() if curves(check)]


def points(picture):
    return [tuple(map(float, pair.split(","))) for pair in picture["line"].split()]


@pytest.mark.parametrize("check", CURVED)
def test_line_runs_through_both_points_from_edge_to_edge(check):
    for picture in pictures(check):
        line = points(picture)
        assert len(line) == STEPS + 1
        assert (line[0][0], line[-1][0]) == (0, WIDTH)
        assert all(0 <= y <= HEIGHT for _, y in line)
        assert [float(mark["y"]) for mark in picture["marks"]] == [24.0, 80.0]
        for mark in picture["marks"]:
            x, y = float(mark["x"]), float(mark["y"])
            nearest = min(line, key=lambda point: abs(point[0] - x))
            assert abs(nearest[1] - y) < 5
        ends = line[0][1] < line[-1][1]
        assert ends is picture["less"]


@pytest.mark.django_db
@pytest.mark.parametrize("check", CURVED)
def test_page_says_the_curve_in_words_and_as_a_table(client, check):
    page = client.get(f"/checks/{check}/").content.decode()
    for picture in pictures(check):
        assert "gives 90 of 100" in page
        assert tuple(
            sorted(score for value, score in picture["rows"] if value in (picture["median"], picture["p10"]))
        ) == (50, 90)
    assert page.count('role="img"') >= len(pictures(check))
    assert "The curve as a table" in page


@pytest.mark.django_db
@pytest.mark.parametrize("check", ["has_licence", "has_tests"])
def test_page_of_a_check_without_a_curve_tells_its_grade_level_and_effort(client, check):
    page = client.get(f"/checks/{check}/").content.decode()
    assert "How it is scored" not in page
    assert "of which 0.5 counts" in page
    assert "next step" in page
    assert f"{checks()[check].effort} to fix" in page
