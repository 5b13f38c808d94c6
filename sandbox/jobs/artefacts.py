"""What a job left behind: which of the changed paths are its products, and what kind of thing each is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

# Most valuable first: the table is bounded, and models must not be crowded out by pictures.
KINDS = {
    "model": "pkl pickle joblib pt pth ckpt onnx h5 hdf5 keras safetensors bin pb tflite npy npz ubj cbm"
    " gguf sav mdl skops",
    "metrics": "json yaml yml",
    "plot": "png jpg jpeg svg pdf html gif",
    "data": "csv tsv parquet feather arrow txt db sqlite jsonl xlsx",
    "notebook": "ipynb",
}
SHOWN = 40
_BY_ENDING = {ending: kind for kind, endings in KINDS.items() for ending in endings.split()}
_ORDER = [*KINDS, "other"]
_METRICS = re.compile(r"metric|score|result|eval|report|histor|summary|performance|accura|loss|stats", re.IGNORECASE)
# Where systems, interpreters and tools write on their own account.
_SYSTEM = re.compile(
    r"^/(?:bin|boot|dev|etc|lib|lib64|proc|run|sbin|sys|tmp|usr|var)(?:/|$)|^/(?:root|home/[^/]+)/\.|/\.(?:ipynb_checkpoints"
    r"|cache|git|config|local|ipython|jupyter|dvc|mypy_cache|pytest_cache|matplotlib|keras)(?:/|$)|/__pycache__(?:/|$)"
    r"|\.pyc$|/mlruns/.*/(?:tags|params)/|/meta\.yaml$|/mlruns/models?/"
)
_MLFLOW = re.compile(r"/mlruns/[^/]+/[^/]+/metrics/[^/]+$")


def kind_of(path: str) -> str:
    """model, metrics, plot, data, notebook or other."""
    name = path.rpartition("/")[2].lower()
    if _MLFLOW.search(path):
        return "metrics"
    kind = _BY_ENDING.get(name.rpartition(".")[2] if "." in name else "", "other")
    if kind == "metrics" and not _METRICS.search(name):
        return "data"
    if name.endswith((".csv", ".tsv")) and _METRICS.search(name):
        return "metrics"
    return kind


def products(paths: Iterable[str]) -> list[str]:
    """The changed files that may be products, most valuable kinds first; folders above another path are left out."""
    own = sorted(path for path in paths if not _SYSTEM.search(path))
    folders = {path.rpartition("/")[0] for path in own}
    files = [path for path in own if path not in folders]
    return sorted(files, key=lambda path: (_ORDER.index(kind_of(path)), path))


def table(paths: Iterable[str], size_of: Callable[[str], int | None], root: str) -> dict[str, Any]:
    """{files: [{path, bytes, kind}], more}: at most SHOWN rows; paths as seen from `root` ("/app") where below it."""
    found = products(paths)
    rows: list[dict[str, Any]] = []
    asked = 0
    for path in found[: 2 * SHOWN]:  # some are empty folders
        if len(rows) == SHOWN:
            break
        asked += 1
        size = size_of(path)
        if size is not None:
            rows.append({"path": path.removeprefix(root.rstrip("/") + "/"), "bytes": size, "kind": kind_of(path)})
    return {"files": rows, "more": len(found) - asked}
