"""Rubrics, a file a version: found here by their names. A released file is never changed; a change is a new version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.rubrics.rubric import Rubric
from sandbox.rubrics.validation import RubricError, load

__all__ = ["Rubric", "RubricError", "all_rubrics", "load", "newest", "read"]

FOLDER = Path(__file__).parent
MOST_BYTES = 1_000_000


@cache
def all_rubrics() -> Mapping[str, Rubric]:
    """Every bundled version by its name, the newest of each track last."""
    found = [load(json.loads(path.read_text("utf-8"))) for path in FOLDER.glob("*-[0-9]*.json")]
    return {one.name: one for one in sorted(found, key=lambda one: (one.track, one.document["version"]))}


def newest(track: str) -> Rubric:
    """The rubric that counts where nobody names another."""
    return [one for one in all_rubrics().values() if one.track == track][-1]


def read(named: str) -> Rubric:
    """A bundled rubric by its name ("general@1"), or that of a file.

    Raises RubricError when it is neither, or when the file's document is no rubric.
    """
    if named in all_rubrics():
        return all_rubrics()[named]
    try:
        text = Path(named).read_bytes()[: MOST_BYTES + 1]
        if len(text) > MOST_BYTES:
            raise ValueError("it is larger than a rubric can be")
        document: Any = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        known = ", ".join(all_rubrics())
        raise RubricError([f"{named} is no rubric's name ({known}) and no file with one: {error}"]) from None
    return load(document)
