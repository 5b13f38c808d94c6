"""Requirements under a name that pip does not know: the import's instead of the distribution's, or Python's own."""

from __future__ import annotations

import re

from packaging.requirements import Requirement

from sandbox.pysource.distributions import BY_IMPORT, normalise
from sandbox.pysource.standard import NEVER_INSTALLED

# Imports under whose name the index has nothing, or something that refuses to be installed.
_IMPORTS = frozenset({"sklearn", "cv2", "pil", "skimage", "mysqldb"})
_BY_IMPORT = {normalise(name): found for name, found in BY_IMPORT.items()}


def renamed(requirement: Requirement) -> str | None:
    """The line that was meant, "" for what Python brings itself; None when the name is one of the index.

    `sklearn==0.0` names the version of a placeholder, so any version is meant.
    """
    name = normalise(requirement.name)
    if name in NEVER_INSTALLED:
        return ""
    if name not in _IMPORTS:
        return None
    version = re.sub(r"^==0\.0(?:\.\w+)?$", "", str(requirement.specifier))
    return f"{_BY_IMPORT[name]}{version}"
