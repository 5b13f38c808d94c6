"""Where a Node.js package listens, and what it demands of its environment, as far as its source spells it out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.plan import Note
from sandbox.sourcetext.placeholders import placeholders_for
from sandbox.sourcetext.source import Source
from sandbox.tree import Tree

_READS_PORT = re.compile(r"\benv\.PORT\b|\benv\[['\"]PORT['\"]\]|\{[^}]{0,200}\bPORT\b[^}]{0,200}\}\s*=\s*process\.env")
_PORTS = (
    re.compile(r"\bPORT['\"]?\]?\s*(?:\|\||\?\?)\s*['\"]?(\d{2,5})\b"),
    re.compile(r"\.listen\s*\(\s*(?:\{\s*port\s*:\s*)?(\d{2,5})\b"),
    re.compile(r"\bport\s*[:=]\s*['\"]?(\d{2,5})\b", re.IGNORECASE),
)
_LISTEN = re.compile(r"\.listen\s*\(")
_LOOPBACK = re.compile(r"['\"](?:127\.0\.0\.1|localhost|::1)['\"]")
_DEMANDS = (
    # if (!process.env.X || !process.env.Y) … throw or exit
    re.compile(r"!\s*process\.env\.(?P<name>[A-Z][A-Z0-9_]{1,60})\b(?=[^;]{0,300}?(?:throw|process\.exit))", re.DOTALL),
    # What connects or signs with it as soon as the module is loaded.
    re.compile(
        r"\b(?:mongoose\.connect|new\s+(?:OpenAI|Anthropic|Stripe|Groq|GoogleGenerativeAI|Resend|MongoClient|Pool|Redis)"
        r"|Stripe|createClient|session|neon)\s*\((?:[^()]|\([^()]{0,80}\)){0,200}?process\.env\.(?P<name2>[A-Z][A-Z0-9_]{1,60})"
        r"(?!\w|\s*(?:\|\||\?\?))"
    ),
    re.compile(
        r"\b(?:requireEnv|getOrThrow|requiredEnv|mustGetEnv)\s*(?:<\w+>)?\(\s*['\"](?P<name3>[A-Z][A-Z0-9_]{1,60})"
    ),
)
_OURS = ("PORT", "HOST", "NODE_ENV")


@dataclass(frozen=True)
class Listening:
    """`ports` as the source writes them; `loopback` is "file:line" of an address that nobody outside reaches."""

    ports: tuple[int, ...]
    reads_port: bool
    loopback: str = ""

    def expected(self, default: int) -> tuple[int, ...]:
        """Ports to look at, likeliest first. A program that reads PORT gets 8000."""
        given = (8000,) if self.reads_port or not self.ports else ()
        return tuple(dict.fromkeys((*given, *self.ports, 8000, default)))


def listening_of(sources: Iterable[Source], *, quiet_is_loopback: bool = False) -> Listening:
    """Read all files once. `quiet_is_loopback`: without a host the framework listens on loopback (Fastify)."""
    ports: dict[int, None] = {}
    loopback, reads_port = "", False
    for source in sources:
        reads_port = reads_port or _READS_PORT.search(source.text) is not None
        for match in _LISTEN.finditer(source.text):
            arguments = _arguments(source.text, match.end())
            quiet = (
                quiet_is_loopback
                and arguments
                and not re.search(r"\bhost\b|0\.0\.0\.0|['\"]::['\"]", arguments, re.IGNORECASE)
            )
            if (_LOOPBACK.search(arguments) and "env" not in arguments) or (quiet and "listen(server" not in arguments):
                loopback = loopback or f"{source.path}:{source.line(match.start())}"
        if _LISTEN.search(source.text) or "PORT" in source.text:
            for pattern in _PORTS:
                ports.update((int(text), None) for text in pattern.findall(source.text) if 0 < int(text) < 65536)
    ports = {port: None for port in ports if port not in (5432, 3306, 6379, 27017, 587, 465, 25, 5672, 9092)}
    return Listening(tuple(ports)[:6], reads_port, loopback)


def _arguments(text: str, at: int) -> str:
    """What stands in the parentheses that open before an offset, at most 300 characters."""
    depth = 1
    for offset, character in enumerate(text[at : at + 300]):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return text[at : at + offset]
    return text[at : at + 300]


def placeholders_of(tree: Tree, sources: Iterable[Source]) -> tuple[dict[str, str], tuple[Note, ...]]:
    """Values for settings without which the code stops; see `placeholders_for`."""
    names: dict[str, None] = {}
    for source in sources:
        for pattern in _DEMANDS:
            for match in pattern.finditer(source.text):
                names.update((name, None) for name in match.groups() if name and name not in _OURS)
    return placeholders_for(tree, names)
