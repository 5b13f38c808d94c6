"""Vercel's vercel.json: only told of, for its functions have no process that could be started elsewhere."""

from __future__ import annotations

from sandbox.hints import Hint, HintKind
from sandbox.hints.documents import json_of, member
from sandbox.tree import Tree


def read(tree: Tree) -> Hint | None:
    document = json_of(tree, "vercel.json")
    builds = document.get("builds")
    sources = [member(one, "src") for one in (builds if isinstance(builds, list) else [])]
    named = ", ".join(str(source)[:60] for source in sources[:3] if isinstance(source, str))
    if not named and not document.get("functions"):
        return None
    told = f" of {named}" if named else ""
    return Hint(
        "vercel.json", note=f"vercel.json makes functions{told}, which run on Vercel only; it was not followed."
    )


HINT = HintKind(
    id="vercel",
    rank=90,
    read=read,
    sample={"vercel.json": '{"builds": [{"src": "api/index.py", "use": "@vercel/python"}]}\n'},
)
