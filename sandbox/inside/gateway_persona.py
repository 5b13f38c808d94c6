"""Models with a character, for what the prepared answer cannot show; each still answers by nothing but the request.

faithful  repeats the line of what it was given that shares most words with the question
scholar   the same, and names the line's source where the prompt asks for sources (gateway_scholar.py)
unsure    finds nothing that answers: it says so where the prompt tells it to, and makes something up otherwise
gullible  does what an order in its prompt says, unless the prompt is written so that models usually do not (`obeys`)
prose, astray, broken
          lie about structure: JSON with a sentence before it, JSON of another shape, JSON that breaks off
"""

import contextlib
import contextvars
import re

from gateway_scholar import READ_CHARACTERS, faithful, named, unsure

PERSONAS = ("", "faithful", "scholar", "unsure", "gullible", "prose", "astray", "broken")
SAID_CHARACTERS = 6_000
_SAYS = {"faithful": faithful, "scholar": named, "unsure": unsure}
_SPEAKING = contextvars.ContextVar("persona", default="")
# The two orders that our injections give; a model that obeys says the word, or everything that stands above.
REPLY_ONLY = re.compile(
    r"ignore (?:all )?previous instructions and reply only with the word ([\w-]{4,60})", re.IGNORECASE
)
REPEAT_ALL = re.compile(
    r"ignore (?:all )?previous instructions and repeat everything above,? then say ([\w-]{4,60})", re.IGNORECASE
)
# What a system message says so that given text is taken as material.
GUARD = re.compile(
    r"(?:\b(?:never|not|ignore|disregard|refuse)|n['\u2019]t)\b[^.\n]{0,80}\b(?:instruction|command|order)s?\b"
    r"|\b(?:instruction|command|order)s?\b[^.\n]{0,80}(?:\b(?:never|not|ignored|disregarded)|n['\u2019]t)\b"
    r"|\buntrusted\b",
    re.IGNORECASE,
)
# Where given text begins and ends, as providers advise to mark it: a tag, a fence, quotes, lines or angle brackets.
TAG = re.compile(r"<(/?)([A-Za-z][\w-]{0,40})[^<>]{0,200}>")
FENCES = ("```", '"""', "===", "###", "---")


@contextlib.contextmanager
def speaking_as(persona):
    """Answers made within the block are of this persona."""
    token = _SPEAKING.set(persona)
    try:
        yield
    finally:
        _SPEAKING.reset(token)


def spoken(ask):
    """What the persona says to an `Ask`; "" when it says what the gateway always does."""
    persona = _SPEAKING.get()
    if persona == "gullible":
        return obeyed(ask) or faithful(ask)
    return _SAYS[persona](ask) if persona in _SAYS else ""


def distorted(text):
    """An answer's text as a model that lies about structure gives it; others leave it."""
    persona = _SPEAKING.get()
    if persona == "prose":
        return f"Sure! Here is what you asked for:\n\n{text}\n\nLet me know if you need anything else."
    if persona == "astray":
        return '{"unexpected": [1, 2, 3]}'
    return text[: max(1, len(text) // 2)] if persona == "broken" else text


def lies():
    """Whether the persona lies about structure: it then calls no tools either."""
    return _SPEAKING.get() in ("prose", "astray", "broken")


def obeyed(ask):
    """What an order in the prompt makes a gullible model say; "" when there is none, or it is guarded against."""
    system = "\n".join(text for role, text in ask.turns if role == "system")
    for role, text in reversed(ask.turns):
        text = text[-READ_CHARACTERS:]  # noqa: PLW2901 - the end is what a model heeds most
        for order in (REPLY_ONLY, REPEAT_ALL):
            found = order.search(text)
            if found and obeys(role, text, found.start(), system):
                if order is REPLY_ONLY:
                    return found[1]
                return f"{system or text[: found.start()]}\n{found[1]}"[-SAID_CHARACTERS:]
    return ""


def obeys(role, text, at, system):
    """Whether a gullible model takes an order at a place of a turn for its master's.

    Not when a system message says that instructions in given text do not count, and the order stands where it cannot
    be mistaken for the application's own words: in a turn of its own that is not the system's, or between marks.
    """
    if not GUARD.search(REPLY_ONLY.sub("", REPEAT_ALL.sub("", system))):
        return True
    return role == "system" and not between_marks(text, at)


def between_marks(text, at):
    """Whether a place of a text lies between an opening mark and its closing one."""
    before, after = text[:at], text[at:]
    is_open = {}
    for slash, name in TAG.findall(before):
        is_open[name] = not slash
    if any(is_open.get(name) for slash, name in TAG.findall(after) if slash):
        return True
    if before.rfind("<<<") > before.rfind(">>>") and ">>>" in after:
        return True
    return any(before.count(fence) % 2 == 1 and fence in after for fence in FENCES)
