"""The look's promises: contrast of both themes, nothing inline, small files, a built style sheet that is fresh."""

from __future__ import annotations

import gzip
import json
import re
from itertools import product
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "platform" / "static"
FOLDERS = sorted({ROOT / "platform" / "templates", *ROOT.glob("platform/*/templates"), ROOT / "judges" / "templates"})
TEMPLATES = sorted(path for folder in FOLDERS for path in folder.rglob("*.html"))
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
THEME = re.compile(r'@plugin "daisyui/theme" \{(.*?)\}', re.DOTALL)
TEMPLATE_CODE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
# Handles that only narrow another rule ("is-done" inside "dot") or that nothing styles.
UNSTYLED = {"finding"}
TEXT, LARGE_OR_GRAPHIC = 4.5, 3.0


def themes() -> dict[str, dict[str, str]]:
    """Theme name → token → "#rrggbb", as written in the source of the style sheet."""
    source = (ROOT / "platform" / "static_src" / "assay.css").read_text()
    found = {}
    for body in THEME.findall(source):
        name = re.search(r'name: "(\w+)"', body)
        assert name is not None
        found[name[1]] = dict(re.findall(r"--color-([\w-]+): (#[0-9a-f]{6});", body))
    return found


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.2, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


INKS = ("base-content", "mute", "accent", "success", "warning", "error", "info")
FILLED = ("primary", "secondary", "accent", "neutral", "info", "success", "warning", "error")
PAIRS = [
    *((ink, ground, TEXT) for ink, ground in product(INKS, ("base-100", "base-200"))),
    *((f"{fill}-content", fill, TEXT) for fill in FILLED),
    *((line, ground, LARGE_OR_GRAPHIC) for line, ground in product(("edge", "leaf"), ("base-100", "base-200"))),
]


def test_contrast_knows_the_extremes() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_theme_colours_contrast_enough(theme: str, ink: str, ground: str, least: float) -> None:
    tokens = themes()[theme]
    assert contrast(tokens[ink], tokens[ground]) >= least


def test_slate_panel_contrasts_with_the_dark_inks() -> None:
    slate = re.search(r"\.slate \{ background: (#[0-9a-f]{6})", (ROOT / "platform/static_src/pieces.css").read_text())
    assert slate is not None
    assert min(contrast(themes()["dark"][ink], slate[1]) for ink in INKS) >= TEXT


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_templates_hold_nothing_inline(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize(
    "name", [str(path.relative_to(folder)) for folder in FOLDERS for path in sorted(folder.rglob("*.html"))]
)
def test_templates_compile(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_stay_small_and_write_only_text(path: Path) -> None:
    source = path.read_text()
    assert len(source.splitlines()) <= 80
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|\.style\b", source
    )


def used_classes() -> set[str]:
    texts = (TEMPLATE_CODE.sub(" ", path.read_text()) for path in TEMPLATES)
    return {name for text in texts for names in re.findall(r'class="([^"]*)"', text) for name in names.split()}


def test_built_style_sheet_has_every_class_of_the_templates() -> None:
    """A class that is missing here was added without `npm run css`."""
    built = (STATIC / "css" / "assay.css").read_text().replace("\\", "")
    missing = {name for name in used_classes() - UNSTYLED if not re.search(rf"\.{re.escape(name)}(?![\w-])", built)}
    assert missing == set()


def test_page_weight_stays_within_its_budget() -> None:
    parts = [STATIC / "css" / "assay.css", *SCRIPTS]
    assert sum(len(gzip.compress(path.read_bytes())) for path in parts) <= 25_000
    assert sum(path.stat().st_size for path in (STATIC / "fonts").glob("*.woff2")) <= 100_000


def test_style_sheet_loads_nothing_from_elsewhere() -> None:
    addresses = re.findall(r"url\(([^)]*)\)", (STATIC / "css" / "assay.css").read_text())
    assert addresses
    assert {address.strip("\"'").split("/")[0] for address in addresses} == {".."}


def test_lock_file_names_no_download_address() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert all("resolved" not in package for package in lock["packages"].values())


def test_icons_named_in_templates_exist_in_the_sprite() -> None:
    known = set(re.findall(r'<symbol id="(\w+)"', (STATIC / "icons" / "sprite.svg").read_text()))
    used = {name for path in TEMPLATES for name in re.findall(r'icon\.html" with name="(\w+)"', path.read_text())}
    assert used <= known
