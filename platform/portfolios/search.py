"""The talent search: a line such as `fastapi skill:Docker p95_ms<200 grade>=B` to the entries that match, and why.

Words must all occur in the text; `skill:` asks for a whole skill; a measured fact is compared as a number. The text and
the facts are columns of `SearchEntry`, so SQLite and PostgreSQL answer the same query.
"""

import operator
import re
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from portfolios.measures import MEASURES, as_text
from portfolios.models import SearchEntry
from portfolios.skills import token

MAX_LENGTH = 300
GRADES = ("E", "D", "C", "B", "A")
UNITS = {measure.id: measure.unit for measure in MEASURES} | {"total": "of 100"}
LABELS = {measure.id: measure.label for measure in MEASURES} | {"total": "Total", "grade": "Grade"}
_LOOKUPS = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte", "=": "exact"}
_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq}
_TERM = re.compile(r'(?:skill:)?"[^"]*"|\S+', re.IGNORECASE)
_FACT = re.compile(r"(?P<name>[^<>=]*)(?P<comparison><=|>=|<|>|=)(?P<value>[^<>=]*)")


class QueryError(ValueError):
    """The line cannot be understood; the message says which part and what would be right."""


@dataclass(frozen=True)
class Fact:
    """`name` is a measure, "total" or "grade"; `value` a number, or a grade's place in GRADES."""

    name: str
    comparison: str
    value: float

    def __str__(self) -> str:
        value = GRADES[int(self.value)] if self.name == "grade" else as_text(self.value)
        return f"{self.name}{self.comparison}{value}"

    def condition(self) -> Q:
        if self.name == "grade":
            compare = _COMPARE[self.comparison]
            return Q(grade__in=[grade for place, grade in enumerate(GRADES) if compare(place, self.value)])
        return Q(**{f"{self.name}__{_LOOKUPS[self.comparison]}": self.value})


@dataclass(frozen=True)
class Query:
    words: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()


def _fact(term: str) -> Fact:
    """Read `p95_ms<200` or `grade>=B`; QueryError names what is wrong and what is possible."""
    match = _FACT.fullmatch(term)
    name = match["name"].lower() if match else ""
    if match is None or name not in LABELS:
        known = ", ".join(LABELS)
        raise QueryError(
            f"“{term}” compares nothing that is measured. Write for example p95_ms<200; known are: {known}."
        )
    value = match["value"].strip()
    if name == "grade":
        if value.upper() not in GRADES:
            raise QueryError(f"“{term}”: a grade is one of A, B, C, D and E, as in grade>=B.")
        return Fact(name, match["comparison"], GRADES.index(value.upper()))
    try:
        number = float(value)
    except ValueError:
        raise QueryError(
            f"“{term}”: “{value}” is not a number. Write for example {name}<200, without a unit."
        ) from None
    if not abs(number) < 1e15:
        raise QueryError(f"“{term}”: that number is beyond anything that is measured.")
    return Fact(name, match["comparison"], number)


def parse(line: str) -> Query:
    """Read a search line; raises QueryError with a sentence for the person who wrote it."""
    line = line.replace("\0", " ")
    if len(line) > MAX_LENGTH:
        raise QueryError(f"A search has at most {MAX_LENGTH} characters; leave some words out.")
    words, wanted, facts = [], [], []
    # A fact may be written with spaces: `p95_ms < 200`.
    for term in _TERM.findall(re.sub(r"\s*(<=|>=|<|>|=)\s*", r"\1", line)):
        if term.lower().startswith("skill:"):
            name = term[len("skill:") :].strip('"').strip()
            if not name:
                raise QueryError("“skill:” needs a name behind it, as in skill:FastAPI.")
            wanted.append(name)
        elif term.startswith('"'):
            words.append(term.strip('"').strip().casefold())
        elif re.search(r"[<>=]", term):
            facts.append(_fact(term))
        else:
            words.append(term.casefold())
    return Query(tuple(word for word in words if word), tuple(wanted), tuple(facts))


def matching(query: Query) -> QuerySet[SearchEntry]:
    """Give the published entries that match all of it, best total first."""
    entries = SearchEntry.objects.filter(scorecard__published_at__isnull=False, scorecard__unpublished_at=None)
    for word in query.words:
        entries = entries.filter(text__contains=word)
    for name in query.skills:
        bar = f"|{token(name)}|"
        entries = entries.filter(Q(skill_tokens__contains=bar) | Q(declared_tokens__contains=bar))
    for fact in query.facts:
        entries = entries.filter(fact.condition())
    return entries.order_by("-total", "pk")


@dataclass(frozen=True)
class Reason:
    """Why an entry matches: one line, and the part of the scorecard's page (a fragment) that shows it, or ""."""

    text: str
    fragment: str = ""
    declared: bool = False


def _skill_reason(entry: SearchEntry, name: str) -> Reason:
    for skill in entry.skills:
        if token(skill["name"]) == token(name):
            return Reason(f"{skill['name']}: {skill['why']}", "provenance")
    return Reason(f"{name}: declared by a person, not measured", declared=True)


def _word_reason(entry: SearchEntry, word: str) -> Reason:
    line = next((line for line in entry.text.split("\n") if word in line), "")
    return Reason(f"“{word}” in: {line[:120]}" if line != word else f"“{word}”")


def _fact_reason(entry: SearchEntry, fact: Fact) -> Reason:
    value = getattr(entry, fact.name)
    shown = value if fact.name == "grade" else f"{as_text(value)} {UNITS[fact.name]}"
    return Reason(f"{LABELS[fact.name]} {shown}, asked for {fact}", "measured")


def reasons(entry: SearchEntry, query: Query) -> list[Reason]:
    """Say for each part of the query what in this entry answers it."""
    return (
        [_fact_reason(entry, fact) for fact in query.facts]
        + [_skill_reason(entry, name) for name in query.skills]
        + [_word_reason(entry, word) for word in query.words]
    )
