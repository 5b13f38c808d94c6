"""Badges: a small SVG without script or outside reference, the credential baked into it, and the shields endpoint."""

from typing import Any
from xml.sax.saxutils import escape

from django.template.loader import render_to_string

from evaluations.models import Scorecard
from portfolios.measures import as_text

BAKED = "https://purl.imsglobal.org/ob/v3p0"
# Ink on these backgrounds has a contrast of at least 4.5:1.
COLOURS = {"A": "#1a6b3c", "B": "#2f6b1a", "C": "#7a5a00", "D": "#8f4700", "E": "#a02020"}
GREY = "#555555"
# Of an 11 px sans-serif; a badge only needs to be about right.
CHARACTER_WIDTH = 6.6


def message(scorecard: Scorecard) -> str:
    if scorecard.total is None:
        return "not graded"
    return f"{scorecard.grade} · {as_text(scorecard.total)} of 100"


def svg(scorecard: Scorecard) -> str:
    """Draw "assay | B · 82.4 of 100"."""
    text = message(scorecard)
    left, right = 50, round(len(text) * CHARACTER_WIDTH) + 16
    return render_to_string(
        "portfolios/badge.svg",
        {
            "message": text,
            "colour": COLOURS.get(scorecard.grade, GREY),
            "left": left,
            "right": right,
            "width": left + right,
            "left_middle": left / 2,
            "right_middle": left + right / 2,
        },
    )


def bake(image: str, credential: str) -> str:
    """Put a credential's JSON into the image's root (Open Badges 3.0, section 5.3.2.2)."""
    element = f'<openbadges:credential xmlns:openbadges="{BAKED}">{escape(credential)}</openbadges:credential>'
    head, closing, tail = image.rpartition("</svg>")
    return f"{head}{element}{closing}{tail}"


def shields(scorecard: Scorecard, *, revoked: bool) -> dict[str, Any]:
    """Answer the shields.io endpoint schema, version 1."""
    return {
        "schemaVersion": 1,
        "label": "assay",
        "message": "revoked" if revoked else message(scorecard),
        "color": GREY if revoked else COLOURS.get(scorecard.grade, GREY),
        "isError": revoked,
        "cacheSeconds": 300,
    }
