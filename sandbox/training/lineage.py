"""Lineage: what a model's own papers (a card, a metadata file, the model itself as JSON) say of where it comes from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.manifest import reading

READ_BYTES = 256 * 1024
MOST_KEYS = 400
_DEEP = 5
PAPERS = re.compile(r"meta|card|manifest|lineage|info|model|train|run|version|registry|churn|params", re.IGNORECASE)
_VERSION = re.compile(r"(?:^|[._])(?:model_?)?version$|run_?id$|trained_?(?:at|on)$|created(?:_?at)?$|timestamp$")
_DATA = re.compile(
    r"data\w*[._]?(?:hash|sha\d*|md5|digest|checksum|fingerprint|version)|(?:hash|sha256|md5|digest)[._]of[._]data"
)
_PARAMS = re.compile(
    r"(?:^|[._])(?:hyper_?)?param(?:s|eters)?(?:[._]|$)|(?:^|[._])config[._]|learning_rate|n_estimators|(?:^|[._])seed$"
)
_CODE = re.compile(
    r"commit|(?:^|[._])git|code[._]?(?:version|hash|sha\d*|digest|revision)|revision|source[._]?(?:hash|sha\d*)"
)
_HEX = re.compile(r"(?:sha(?:1|256):|md5:)?([0-9a-f]{7,128})", re.IGNORECASE)


def papers(paths: list[str]) -> list[str]:
    """Of the paths those that may be a model's papers, likeliest first."""
    named = [path for path in paths if path.lower().endswith((".json", ".yaml", ".yml"))]
    return sorted(
        (path for path in named if PAPERS.search(path)),
        key=lambda path: (not re.search(r"meta|card|lineage", path, re.IGNORECASE), path),
    )


def read(path: str, text: str, known: Mapping[str, str]) -> dict[str, Any] | None:
    """{path, version, data, data_known, params, code}: the values found, "" where there is none; None of other files.

    `known` maps digests of the repository's data files to their paths: `data_known` is the one that is named.
    """
    try:
        # YAML with references can be a thousand times as large as it looks: the manifest's reader takes none.
        value = json.loads(text) if path.lower().endswith(".json") else reading.read(text).value
    except (ValueError, RecursionError, reading.Unreadable):
        return None
    if not isinstance(value, dict):
        return None
    flat = dict(_flat(value))
    found = {
        "path": path,
        "version": _first(flat, _VERSION),
        "data": _first(flat, _DATA),
        "params": ", ".join(f"{name}={flat[name]}" for name in [one for one in flat if _PARAMS.search(one)][:6])[:200],
        "code": _first(flat, _CODE, _HEX),
        "data_known": "",
    }
    digest = _HEX.fullmatch(found["data"])
    if digest:
        found["data_known"] = next((at for one, at in known.items() if one.startswith(digest[1].lower())), "")
    return found if any(found[name] for name in ("version", "data", "params", "code")) else None


def _first(flat: Mapping[str, str], name: re.Pattern[str], value: re.Pattern[str] | None = None) -> str:
    for key, said in flat.items():
        if said and name.search(key) and (value is None or value.fullmatch(said)):
            return said[:120]
    return ""


def _flat(value: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Texts and numbers with their dotted, lower-case names; lists are passed over."""
    if isinstance(value, dict) and depth <= _DEEP:
        for key, inner in list(value.items())[:MOST_KEYS]:
            yield from _flat(inner, f"{name}.{key}".strip(".").lower()[:200], depth + 1)
    elif isinstance(value, str | int | float) and not isinstance(value, bool) and name:
        yield name, str(value)
