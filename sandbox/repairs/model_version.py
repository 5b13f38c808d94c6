"""A saved model of another scikit-learn: the version that the file itself names is installed."""

from __future__ import annotations

import re
from dataclasses import replace

from packaging.version import InvalidVersion, Version

from sandbox.launch.packages import with_packages
from sandbox.plan import Plan
from sandbox.pysource.image import python_of, with_python
from sandbox.pysource.version import FIRST_WHEEL, KNOWN
from sandbox.repairs import Broken, Repair
from sandbox.tree import Tree

_MODEL = re.compile(r"\.(?:pkl|pickle|joblib|sav|model|mdl)$", re.IGNORECASE)
# The member of every estimator's state, and the text that pickle writes after it.
_WRITTEN = re.compile(r"_sklearn_version[^\w.]{1,12}(\d{1,2}\.\d{1,3}(?:\.\d{1,3})?)")
_SAID = re.compile(r"unpickle estimator \w{1,80} from version (\d{1,2}\.\d{1,3}(?:\.\d{1,3})?)")
MOST_FILES, READ_BYTES = 12, 2 * 1024 * 1024
# The first that runs with NumPy 2.
_NUMPY_2 = Version("1.4.2")


def mend(broken: Broken) -> tuple[Plan, str] | None:
    path, version = _version(broken.tree, broken.fault.detail)
    if not version:
        return None
    text = broken.plan.dockerfile
    python, runtime = _python(version, python_of(text)), broken.plan.runtime
    if python:
        runtime = runtime.replace(f"Python {python_of(text)}", f"Python {python}")
        text = with_python(text, python)
    older = ["numpy<2"] if Version(version) < _NUMPY_2 else []
    mended = with_packages(text, [f"scikit-learn=={version}", *older])
    if mended is None:
        return None
    on = f" on Python {python}" if python else ""
    why = (
        f"{path or 'A model'} was saved by scikit-learn {version}, so that was installed{on}. "
        f"Write scikit-learn=={version} into the requirements."
    )
    return replace(broken.plan, dockerfile=mended, runtime=runtime), why


def _version(tree: Tree, log: str) -> tuple[str, str]:
    """(file, version) of what wrote a saved model, by the log or by the file; ("", "") when neither tells."""
    if said := _SAID.search(log):
        return "", _valid(said[1])
    for path in [one for one in tree.paths if _MODEL.search(one)][:MOST_FILES]:
        if (written := _WRITTEN.search(tree.read(path, READ_BYTES))) and _valid(written[1]):
            return path, written[1]
    return "", ""


def _valid(text: str) -> str:
    try:
        return str(Version(text))
    except InvalidVersion:
        return ""


def _python(version: str, used: str) -> str:
    """The newest Python below the one in use that has a wheel of the version; "" when that one has it."""
    firsts, chosen = FIRST_WHEEL["scikit-learn"], used
    while chosen in firsts and Version(version) < Version(firsts[chosen]):
        chosen = KNOWN[KNOWN.index(chosen) - 1]
    return chosen if chosen != used else ""


REPAIR = Repair("model_version", 8, frozenset({"model_version_mismatch"}), mend)
