"""The commands that a README gives, wherever it writes them."""

from __future__ import annotations

import re

LONGEST = 400
FENCE = re.compile(r"^[ \t>]*(`{3,}+|~{3,}+)[^\n]*+\n(.*?)^[ \t>]*\1", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^(?: {4,}|\t+)(\S[^\n]*)$", re.MULTILINE)
INLINE = re.compile(r"`([^`\n]{3,200})`")
PROMPT = re.compile(r"^(?:[$%>]|\([\w.-]+\) ?\$|PS [^>]*>)\s+(?=\S)")
# Programs by their names, where they do not begin an English sentence.
STARTS = re.compile(
    r"^(?:docker(?:-compose)?|podman|pip3?|pipx?|pipenv|conda|python3?|uvicorn|gunicorn|hypercorn|flask|fastapi|streamlit|"
    r"npm|npx|pnpm|yarn|bun|make|just|uv|poetry|go|cargo|java|mvn|gradle|node|deno|dvc|mlflow|bash|sh|cd|source|\./\S+)"
    r"(?:\s+(?!(?:a|an|and|in|into|is|it|of|or|sure|the|this|to|will|with|you|your)\s)|$)"
)
# A line of plain text is a command only when its second word is none of the language.
BARE = re.compile(r"^\S+\s+(?:\S*[-./:=\d]\S*[^.:,\s]|run|install|build|up|start|test|dev|sync|compose)(?:\s|$)")


def written(text: str) -> list[str]:
    """Every command that a README gives, `cd` among them, in its order.

    They stand in fenced blocks; where there are none in indented ones, between ticks, or on a line of their own.
    """
    return [
        command
        for line in _lines(text)
        for command in re.split(r"\s*(?:&&|;)\s*", _bare(line))
        if STARTS.match(command)
    ]


def _lines(text: str) -> list[str]:
    blocks = [block for _, block in FENCE.findall(text)]
    # A line that ends with a backslash goes on below.
    fenced = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    if any(STARTS.match(_bare(line)) for line in fenced):
        return fenced
    indented = [line for line in INDENTED.findall(text.replace("\\\n", " ")) if STARTS.match(_bare(line))]
    inline = [one for one in INLINE.findall(text) if STARTS.match(one)]
    return indented or inline or [line for line in text.splitlines() if BARE.match(_bare(line))]


def _bare(line: str) -> str:
    """The line without what stands before a command: a quote's mark, a prompt. Nobody types longer ones."""
    return PROMPT.sub("", line.strip().removeprefix("> ").strip()[:LONGEST])
