"""Values that fit a JSON Schema, as a model in a strict mode gives them: small, deterministic, made under a budget."""

import math
import re

MAX_DEPTH, MAX_STEPS, MAX_ITEMS, MAX_TEXT = 12, 5_000, 20, 2_000
# Below this depth only what is required is filled, and of alternatives the shallow one is taken.
SHALLOW = 4
BY_FORMAT = {
    "date": "2026-01-15",
    "date-time": "2026-01-15T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "PT1H",
    "email": "person@example.org",
    "hostname": "example.org",
    "ipv4": "192.0.2.1",
    "uuid": "123e4567-e89b-42d3-a456-426614174000",
    "uri": "https://example.org/",
    "url": "https://example.org/",
}
# Arguments of tools that are meant to carry what the person asked.
CARRIERS = re.compile(r"query|question|text|input|prompt|message|search|topic|content|task", re.IGNORECASE)


class Unfit(ValueError):
    """The schema asks for more than the budget, or for nothing that can be made."""


def fit(schema, words, everywhere=False):
    """A value of the schema; texts are `words` (what was asked) where a name says so. Unfit when it is too much."""
    return Filler(schema, words, everywhere).value(schema, "", 0)


class Filler:
    def __init__(self, root, words, everywhere=False):
        self.root, self.words, self.everywhere, self.steps = root, words, everywhere, MAX_STEPS

    def step(self):
        self.steps -= 1
        if self.steps < 0:
            raise Unfit("the schema is too large")

    def resolve(self, schema):
        """Follow local references; what leads nowhere is a schema that takes anything."""
        for _ in range(MAX_DEPTH):
            self.step()
            if not isinstance(schema, dict):
                return {}
            reference = schema.get("$ref")
            if not isinstance(reference, str):
                return schema
            found = self.root
            for part in reference.removeprefix("#").strip("/").split("/")[: 2 * MAX_DEPTH]:
                if part and isinstance(found, dict):
                    found = found.get(part.replace("~1", "/").replace("~0", "~"))
            schema = found
        return {}

    def value(self, schema, name, depth):  # noqa: PLR0911, PLR0912 - one a kind of schema
        schema = self.resolve(schema)
        if depth > MAX_DEPTH:
            raise Unfit("the schema is too deep")
        for word in ("const", "default"):
            if word in schema and schema[word] is not None:
                return schema[word]
        for word in ("enum", "examples"):
            if isinstance(schema.get(word), list) and schema[word]:
                return schema[word][0]
        for word in ("anyOf", "oneOf"):
            if isinstance(schema.get(word), list) and schema[word]:
                return self.one_of(schema[word], name, depth)
        if isinstance(schema.get("allOf"), list) and schema["allOf"]:
            return self.value(self.merged(schema), name, depth + 1)
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next((one for one in kind if one != "null"), "null")
        if kind == "object" or isinstance(schema.get("properties"), dict):
            return self.members(schema, depth)
        if kind == "array":
            return self.items(schema, name, depth)
        if kind in ("integer", "number"):
            return number(schema, kind)
        if kind == "boolean":
            return True
        if kind == "null":
            return None
        return self.text(schema, name)

    def one_of(self, options, name, depth):
        """The first alternative that is not null; deep down null, so that a recursive schema ends."""
        options = [self.resolve(option) for option in options[:MAX_ITEMS]]
        if depth >= SHALLOW and any(option.get("type") == "null" for option in options):
            return None
        chosen = next((option for option in options if option.get("type") != "null"), {"type": "null"})
        return self.value(chosen, name, depth + 1)

    def members(self, schema, depth):
        properties = schema.get("properties") if isinstance(schema.get("properties"), dict) else {}
        required = [one for one in schema.get("required") or () if isinstance(one, str)]
        names = list(dict.fromkeys([*required, *(properties if depth < SHALLOW else ())]))
        return {one: self.value(properties.get(one, {}), one, depth + 1) for one in names}

    def items(self, schema, name, depth):
        least, most = whole(schema.get("minItems"), 0), whole(schema.get("maxItems"), MAX_ITEMS)
        count = min(MAX_ITEMS, most, max(least, 0 if depth >= SHALLOW else 1))
        prefix = schema.get("prefixItems") if isinstance(schema.get("prefixItems"), list) else []
        rows = [self.value(one, name, depth + 1) for one in prefix[:MAX_ITEMS]]
        return rows + [self.value(schema.get("items", {}), name, depth + 1) for _ in range(count - len(rows))]

    def merged(self, schema):
        """One schema of what "allOf" lists and what stands beside it."""
        merged = {name: value for name, value in schema.items() if name != "allOf"}
        for part in (self.resolve(one) for one in schema["allOf"][:MAX_ITEMS]):
            for name, value in part.items():
                if name == "properties" and isinstance(value, dict):
                    merged[name] = {**(merged.get(name) or {}), **value}
                elif name == "required" and isinstance(value, list):
                    merged[name] = [*(merged.get(name) or []), *value]
                else:
                    merged.setdefault(name, value)
        return merged

    def text(self, schema, name):
        text = BY_FORMAT.get(str(schema.get("format")))
        if text is None:
            text = (
                self.words
                if self.words and (self.everywhere or CARRIERS.search(name))
                else f"{name or 'text'}".replace("_", " ")
            )
        least, most = whole(schema.get("minLength"), 0), whole(schema.get("maxLength"), MAX_TEXT)
        return text.ljust(min(least, MAX_TEXT), ".")[: max(0, min(most, MAX_TEXT))]


def number(schema, kind):
    """A number within its bounds, 1 where it has none."""
    low, high = finite(schema.get("minimum")), finite(schema.get("maximum"))
    above, below = finite(schema.get("exclusiveMinimum")), finite(schema.get("exclusiveMaximum"))
    gap = 1 if kind == "integer" else 0.5
    low = low if above is None else max(above + gap, low if low is not None else above + gap)
    high = high if below is None else min(below - gap, high if high is not None else below - gap)
    value = 1 if low is None else max(1, low)
    value = value if high is None else min(value, high)
    step = finite(schema.get("multipleOf"))
    if step is not None and step > 0:
        value = math.ceil(value / step) * step
    return math.ceil(value) if kind == "integer" else float(value)


def finite(value):
    usable = isinstance(value, int | float) and not isinstance(value, bool)
    return value if usable and abs(value) < 2**53 and math.isfinite(value) else None


def whole(value, otherwise):
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else otherwise
