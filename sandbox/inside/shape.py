"""The shape of an answer: what stays the same while its values change, so that answers can be compared under load."""

import hashlib
import json
import re

MAX_DEPTH, MAX_MEMBERS, READ_BYTES = 4, 50, 64 * 1024
# Two clients read the same header differently where it is not printable ASCII.
# Names of what differs between two answers of the same kind: clocks, measurements, identities.
_VOLATILE = re.compile(
    r"time|took|latency|duration|elapsed|date|uptime|seconds|uuid|request|trace|_(ms|at|id|s)$|^(id|ts|at|ms)$"
)
_PLAIN = re.compile(r"[^\x21-\x7e]")


def shape(status, content_type, body):
    """A short text; equal for two answers of the same kind. Of JSON the names and types, of a page its first tags.

    Never raises: what does not parse counts as its content type alone.
    """
    kind = _PLAIN.sub("", content_type.partition(";")[0]).lower()[:80]
    inside = ""
    if "json" in kind and len(body) <= READ_BYTES:
        try:
            inside = _digest(repr(_names(json.loads(body), 0)))
        except (ValueError, RecursionError):
            inside = "not JSON"
    elif "html" in kind:
        tags = body[:READ_BYTES].lower().split(b"<")[1:]
        inside = _digest(repr(sorted({tag[:8].split()[0].rstrip(b">/") for tag in tags if tag[:1].isalpha()})))
    return f"{status} {kind} {inside}".strip()


def content(content_type, body):
    """A short text of what a JSON answer says, leaving out clocks, measurements and identities; "" of anything else.

    Never raises.
    """
    if "json" not in content_type.lower() or len(body) > READ_BYTES:
        return ""
    try:
        return _digest(repr(_lasting(json.loads(body), 0)))
    except (ValueError, RecursionError):
        return "not JSON"


def _lasting(value, depth):
    if depth >= MAX_DEPTH:
        return "…"
    if isinstance(value, dict):
        kept = [name for name in sorted(value)[:MAX_MEMBERS] if not _VOLATILE.search(name.lower())]
        return [(name, _lasting(value[name], depth + 1)) for name in kept]
    if isinstance(value, list):
        return [_lasting(one, depth + 1) for one in value[:MAX_MEMBERS]]
    return value


def _names(value, depth):
    if depth >= MAX_DEPTH:
        return "…"
    if isinstance(value, dict):
        return [(name, _names(value[name], depth + 1)) for name in sorted(value)[:MAX_MEMBERS]]
    if isinstance(value, list):
        return sorted({repr(_names(one, depth + 1)) for one in value[:MAX_MEMBERS]})
    # A number that is null at times, or whole at times, is the same answer.
    return "text" if isinstance(value, str) else "value"


def _digest(text):
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
