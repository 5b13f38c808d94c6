"""A model that keeps to what it was given, as most do: where its answer stands it says if it is asked to name sources.

Where nothing that it was given answers the question, it says so if its prompt tells it to, and makes something up
otherwise. It answers by nothing but the request.
"""

import re

LINE_CHARACTERS, READ_CHARACTERS = 400, 40_000
INVENTED = "It is Ottoline Brandelmeyer, as everybody knows."
ADMITTED = "I could not find that in what I was given."
# A prompt that wants sources named, and the lines that name one: [3], <doc id="3">, Source: handbook.
CITES = re.compile(r"\b(?:cit(?:e|es|ing|ations?)|sources?|references?)\b", re.IGNORECASE)
LABEL = re.compile(
    r"^\W{0,4}(?:source|id|title|name|file|document|doc|url|section)\b|^\W{0,4}\[[^\]]|^<\w", re.IGNORECASE
)
ABOVE, BELOW = 3, 1
_SAY = r"(?:say|answer|reply|respond|tell|state|admit|return|write|output|set|decline|refuse|apologi[sz]e)"
_GIVEN = r"(?:context|documents?|sources?|passages?|information|facts?|texts?|material|excerpts?|notes?)"
_NOT = r"(?:not|n['\u2019]t|no|none|nothing|cannot|unknown|unsure|unable|insufficient|missing|lacks?|without)"
_UNKNOWN = r"(?:(?:do|could|can) ?not|(?:do|could|ca)n['\u2019]t|not) (?:know|find|found|answer|sure)"
_MADE_UP = r"(?:ma(?:k|d)\w+ .{0,12}\bup\b|invent|fabricat|guess|hallucinat|speculat)"
# What tells a model to admit what it does not know, each within one sentence.
ADMITS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^(?=.*\b(?:if|when|whenever|where|unless|otherwise|else)\b)(?=.*\b{_SAY}\b)(?=.*(?:{_NOT}|otherwise|unless)\b)",
        rf"\b{_SAY}\b.{{0,40}}{_UNKNOWN}",
        rf"(?:\bnot|\bnever|n['\u2019]t|\bwithout)\b.{{0,30}}\b{_MADE_UP}",
        rf"\b(?:only|solely|strictly|exclusively|nothing but)\b.{{0,60}}\b{_GIVEN}\b",
        rf"\b{_GIVEN}\b.{{0,40}}\b(?:only|solely|exclusively)\b",
    )
)


def faithful(ask):
    """The line, of all but the question itself, that shares most words with the question; "" when none shares any."""
    best, _ = nearest(ask)
    return f"According to what I was given: {best}" if best else ""


def named(ask):
    """The same, with the line that names its source where the prompt asks for sources."""
    best, label = nearest(ask)
    if not best:
        return ""
    wanted = label and any(CITES.search(text[-READ_CHARACTERS:]) for _, text in ask.turns)
    return f"According to what I was given: {best}" + (f" ({label})" if wanted else "")


def unsure(ask):
    """What it says to a question that nothing answers."""
    told = (line for _, text in ask.turns for line in lines(text[-READ_CHARACTERS:]))
    return ADMITTED if any(pattern.search(line) for line in told for pattern in ADMITS) else INVENTED


def nearest(ask):
    """(the line that shares most words with the question, the line beside it that names its source or "")."""
    question = next((text for role, text in reversed(ask.turns) if role == "user" and text.strip()), "")
    rows = question[-READ_CHARACTERS:].splitlines()
    asked = words(next((row for row in reversed(rows) if "?" in row), rows[-1] if rows else ""))
    best, label, most = "", "", 0
    for _, text in ask.turns:
        given = lines(text[-READ_CHARACTERS:])
        for at, line in enumerate(given):
            shared = len(asked & words(line))
            if shared > most and not line.endswith("?"):
                best, label, most = line, label_of(given, at), shared
    return best, label


def label_of(given, at):
    around = [*reversed(given[max(0, at - ABOVE) : at]), *given[at + 1 : at + 1 + BELOW]]
    return next((line for line in around if LABEL.search(line)), "")


def lines(text):
    """Lines and sentences, without their surroundings."""
    parts = re.split(r"[\n\r]+|(?<=[.!?])\s+", text)
    return [part.strip()[:LINE_CHARACTERS] for part in parts if part.strip()]


def words(text):
    return {word[:6] for word in re.findall(r"[a-z0-9]{3,}", text.lower())}
