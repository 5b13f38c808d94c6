"""A lock file that does not belong to its manifest: the package manager may bring it up to date while it installs.

npm, pnpm and Yarn are told in a generated Dockerfile not to change the lock file, as a deployment should; in a team's
own Dockerfile the command is the team's decision, and is changed only where it says the same in so many words.
"""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.plan import Plan
from sandbox.repairs import Broken, Repair

# What insists on the lock file, and the same command without that.
_INSISTS = (
    (re.compile(r"\bnpm ci\b"), "npm install"),
    (re.compile(r"\bnpm clean-install\b"), "npm install"),
    (re.compile(r"\bpnpm (?:i|install)\b(?P<rest>[^\n;&|]*?) --frozen-lockfile\b"), r"pnpm install\g<rest>"),
    (re.compile(r"\byarn(?: install)?(?P<rest>[^\n;&|]*?) --frozen-lockfile\b"), r"yarn install\g<rest>"),
    (re.compile(r"\byarn(?: install)?(?P<rest>[^\n;&|]*?) --immutable\b"), r"yarn install\g<rest> --no-immutable"),
)
_RUN = re.compile(r"^[ \t]*RUN\b(?:[^\n]*\\[ \t]*\n)*[^\n]*", re.MULTILINE | re.IGNORECASE)
# pnpm has its own mind of what CI wants.
_PNPM = re.compile(r"\bpnpm install\b")


def mend(broken: Broken) -> tuple[Plan, str] | None:
    text = _RUN.sub(lambda line: _renewing(line[0]), broken.plan.dockerfile)
    if text == broken.plan.dockerfile:
        return None
    command = "pnpm install" if "pnpm install" in text else "yarn install" if "yarn install" in text else "npm install"
    why = (
        f'The lock file does not agree with package.json; "{command}" was allowed to renew it. '
        f"Run {command} and commit the lock file that it writes."
    )
    return replace(broken.plan, dockerfile=text), why


def _renewing(line: str) -> str:
    """An instruction whose install may change the lock file."""
    made = line
    for pattern, other in _INSISTS:
        made = pattern.sub(other, made)
    return _PNPM.sub("pnpm install --no-frozen-lockfile", made) if made != line and "pnpm" in made else made


REPAIR = Repair("lock_renewed", 20, frozenset({"lock_out_of_date"}), mend)
