"""Whether an answer under load is like the answers of the same request when nothing else happens. Pure."""


def ok(status):
    return 200 <= status < 400


def quiet(looks):
    """What a request's answers are like when it is quiet, of looks {status, bytes, shape, content} before and after.

    `shapes` is empty where the answer has a different one each time: then only status and size can be compared; and
    `content` is "" where it does not say the same each time.
    """
    seen = [look for look in looks if look and look.get("status") is not None]
    sizes = [look["bytes"] for look in seen if look.get("bytes") is not None]
    shapes = {look.get("shape") for look in seen}
    contents = {look["content"] for look in seen if "content" in look}
    steady = "" not in shapes and None not in shapes
    return {
        "statuses": {look["status"] for look in seen},
        "low": min(sizes, default=0),
        "high": max(sizes, default=None),
        "shapes": shapes if seen and steady else set(),
        "content": contents.pop() if len(contents) == 1 and len(seen) > 1 else "",
    }


def differs(status, size, kind, idle):
    """Whether an answer under load is of another status, size class or shape than the same request's when idle.

    Between before and after lies what a list grows through; twice that, or 64 bytes, is still the same class.
    """
    if idle["statuses"] and status not in idle["statuses"]:
        return True
    if idle["high"] is not None and not idle["low"] / 2 - 64 <= size <= idle["high"] * 2 + 64:
        return True
    return bool(kind is not None and idle["shapes"] and kind not in idle["shapes"])


def changed(said, idle):
    """Whether an answer says something else than the idle ones, which all say the same."""
    return bool(said and idle["content"] and said != idle["content"])
