"""What the source shows of care: what was committed, dangerous calls, the README's commands, Dockerfiles, linters."""

from __future__ import annotations

import re
from typing import Any

from sandbox.hygiene import authored, calls, commands, committed, dockerfiles, linters
from sandbox.probes import Probe, SourceTarget
from sandbox.tree import Tree

CARD = re.compile(r"^(?:docs/)?(?:model|data(?:set)?)[ _-]?(?:card|sheet)[^/]*$", re.IGNORECASE)
CARD_HEADING = re.compile(
    r"^#{1,4}\s.{0,60}(?:intended use|limitations|training data|model card|data ?set|evaluation|bias|ethic)",
    re.IGNORECASE | re.MULTILINE,
)


def gather(target: SourceTarget) -> dict[str, Any]:
    """{committed, calls, commands, dockerfiles, linters, card: {path, headings}}; see sandbox/hygiene."""
    tree = target.tree
    readme = authored.readme(tree)
    return {
        "committed": committed.found(tree),
        "calls": calls.found(tree),
        "commands": commands.found(tree, tree.read(readme)) if readme else [],
        "dockerfiles": dockerfiles.found(tree),
        "linters": linters.found(tree, authored.paths(tree)),
        "card": _card(tree, readme),
    }


def _card(tree: Tree, readme: str) -> dict[str, Any]:
    """Where model and data are described: a card of their own, else headings of the README."""
    own = next((path for path in tree.paths if CARD.match(path)), "")
    path = own or readme
    headings = sorted({one[0].lstrip("# ")[:80] for one in CARD_HEADING.finditer(tree.read(path))}) if path else []
    return {"path": own, "headings": [*headings][:10]}


PROBE = Probe("hygiene", 2, 1, "source", "What does the source show of care?", gather)
