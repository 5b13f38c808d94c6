"""Reading the members of a request that may hold anything: each of the asked kind, or what stands for it."""


class BadRequest(ValueError):
    """What is wrong with the request, in words for the developer; `param` is the member."""

    def __init__(self, message, param=None, status=400):
        super().__init__(message)
        self.message, self.param, self.status = message, param, status


MAX_MESSAGES = 5_000


def text(value, otherwise=""):
    return value if isinstance(value, str) else otherwise


def rows(value):
    """The objects of a list."""
    return [one for one in value[:MAX_MESSAGES] if isinstance(one, dict)] if isinstance(value, list) else []


def members(value):
    return value if isinstance(value, dict) else {}


def number(value):
    """A whole number above 0, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def stops(value):
    """Texts that end an answer."""
    return [one for one in ([value] if isinstance(value, str) else value or ())[:4] if isinstance(one, str) and one]


def needed(body, name, kind, says):
    """A member that has to be there; BadRequest otherwise."""
    value = body.get(name)
    if not isinstance(value, kind) or not value:
        raise BadRequest(says, name)
    return value


def parts(value):
    """The text of a content: a text, or a list of parts of which the texts count, with a word for each other one."""
    if isinstance(value, str):
        return value
    said = []
    for one in value[:MAX_MESSAGES] if isinstance(value, list) else ():
        if isinstance(one, str):
            said.append(one)
        elif isinstance(one, dict):
            said.append(text(one.get("text")) or f"[{text(one.get('type'), 'part')}]")
    return "\n".join(said)
