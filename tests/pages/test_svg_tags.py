"""Figures and chart geometry of `config.templatetags.assay_svg`."""

from __future__ import annotations

import math

import pytest

from config.templatetags import assay_svg as svg


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.42, "0.4 s"),
        (12.4, "12 s"),
        (59.7, "1 min"),
        (72, "1 min 12 s"),
        (3600, "1 h"),
        (3720, "1 h 2 min"),
        (None, svg.NOTHING),
        (-1, svg.NOTHING),
    ],
)
def test_duration_reads_like_speech(seconds: float | None, text: str) -> None:
    assert svg.duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.42, "3.4 ms"),
        (184.2, "184 ms"),
        (999.6, "1.00 s"),
        (1240, "1.24 s"),
        ("x", svg.NOTHING),
        (math.nan, svg.NOTHING),
    ],
)
def test_ms_changes_to_seconds_at_a_thousand(value: object, text: str) -> None:
    assert svg.ms(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (432013312, "412 MiB"),
        (1024**3, "1.0 GiB"),
        (True, svg.NOTHING),
    ],
)
def test_bytes_human_uses_binary_units(value: object, text: str) -> None:
    assert svg.bytes_human(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(912.4, "912"), (12345, "12,345"), (41.27, "41.3"), (7.0, "7"), (0, "0"), (None, svg.NOTHING)]
)
def test_figure_shows_no_false_precision(value: object, text: str) -> None:
    assert svg.figure(value) == text


def test_shorten_digest_keeps_the_algorithm_and_short_texts() -> None:
    assert svg.shorten_digest("sha256:" + "ab" * 32) == "sha256:abababab…"
    assert svg.shorten_digest("0123456789abcdef", 6) == "012345…"
    assert svg.shorten_digest("short") == "short"
    assert svg.shorten_digest(None) == ""


@pytest.mark.parametrize(
    ("score", "name"),
    [(80, "tone-good"), (79.9, "tone-fair"), (49.9, "tone-poor"), (0, "tone-poor"), (None, "tone-none")],
)
def test_tone_has_the_floors_of_the_grades(score: float | None, name: str) -> None:
    assert svg.tone(score) == name


def test_ring_dash_fills_in_proportion_and_stays_in_the_ring() -> None:
    filled, round_trip = map(float, svg.ring_dash(50, 10).split())
    assert filled == pytest.approx(round_trip / 2, abs=0.01)
    assert round_trip == pytest.approx(2 * math.pi * 10, abs=0.01)
    assert svg.ring_dash(140, 10).split()[0] == svg.ring_dash(100, 10).split()[0]
    assert svg.ring_dash(None, 10).startswith("0.00 ")


def test_points_span_the_box_and_leave_out_gaps() -> None:
    assert svg.points([0, 5, 10], "100x92") == "0,92 50,49.7 100,7.4"
    assert svg.points([1, None, 1], "100x50").count(",") == 2
    assert svg.points([3], "100x50") == ""
    assert svg.points(None) == ""


def test_points_of_zeros_lie_on_the_bottom() -> None:
    assert svg.points([0, 0], "10x20") == "0,20 10,20"


def test_area_closes_the_line_along_the_bottom() -> None:
    assert svg.area([0, 10], "100x92") == "0,92 0,92 100,7.4 100,92"


def test_series_reads_one_member_and_numbers_reads_every_shape() -> None:
    rows = [{"at_s": 0, "p95_ms": 3}, {"at_s": 1}]
    assert svg.series(rows, "p95_ms") == [3.0, None]
    assert svg.numbers([1, (0, 2), {"count": 3}, "x"]) == [1.0, 2.0, 3.0, None]
    assert svg.peak([1, None, 4]) == 4.0
    assert svg.lowest([1, None, 4]) == 1.0
    assert svg.peak([]) is None
    assert svg.known([1, None, 4]) == 2


@pytest.mark.parametrize("histogram", [[{"le_ms": 10, "count": 4}, {"le_ms": 20, "count": 2}], [(10, 4), (20, 2)]])
def test_columns_scale_to_the_highest_bar(histogram: list[object]) -> None:
    high, low = svg.columns(histogram, "100x40")
    assert (high["y"], high["height"], high["count"], high["upto"]) == ("0", "40", 4, 10.0)
    assert (low["y"], low["height"], low["upto"]) == ("20", "20", 20.0)
    assert float(high["x"]) + float(high["width"]) < float(low["x"])


def test_columns_of_nothing_are_none() -> None:
    assert svg.columns([]) == []
    assert svg.columns([0, 0]) == []


def test_initials_take_two_words_at_most() -> None:
    assert svg.initials("Tide Tables of Brest") == "TT"
    assert svg.initials("<script>") == ""


@pytest.mark.parametrize(("total", "text"), [(92.5, "925"), (100, "1000"), (4.2, "042"), (None, svg.NOTHING)])
def test_fineness_is_in_thousandths(total: float | None, text: str) -> None:
    assert svg.fineness(total) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-11-20T10:00:00Z", "20 November 2026, 10:00 UTC"),
        ("2026-11-02T10:05:00+01:00", "2 November 2026, 10:05 UTC+01:00"),
        ("yesterday", "yesterday"),
    ],
)
def test_moment_reads_iso_times_and_leaves_other_text(text: str, shown: str) -> None:
    assert svg.moment(text) == shown
