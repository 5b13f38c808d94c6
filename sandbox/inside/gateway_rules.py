"""Rules of the gateway: how calls end that carry one of our markers, so that one run shows many failures at once.

A rule is a `Mode` for the requests whose body has its `match` in it, whatever the case, and that are of one of its
`kinds`, where it names any; the others go on as before.
Markers are words of ours: a call's record names those that its body carries (`saw`), and nothing else of its text.
"""

MOST_RULES, MOST_MARKERS, MARKER_CHARACTERS = 600, 64, 80


class Rules:
    """The rules and the watched markers, replaced whole by each `set`."""

    def __init__(self):
        self.modes, self.kinds, self.counts, self.watch = {}, {}, {}, ()

    def set(self, document, mode_of):
        """Take {"rules": [{"match", ...a mode}], "watch": [text]}; ValueError names what is wrong."""
        modes, kinds = {}, {}
        for row in document.get("rules", ())[:MOST_RULES]:
            match = marker(row["match"])
            modes[match] = mode_of({name: value for name, value in row.items() if name not in ("match", "kinds")})
            kinds[match] = tuple(row.get("kinds") or ())
        self.watch = tuple(marker(text) for text in document.get("watch", ())[:MOST_MARKERS])
        self.modes, self.kinds, self.counts = modes, kinds, dict.fromkeys(modes, 0)

    def mode_for(self, body, kind):
        """The mode of the first rule whose marker is in a body; None when there is none, or its `times` are over."""
        if not self.modes:
            return None
        body = body.lower()
        for match, mode in self.modes.items():
            if match.encode() in body and (not self.kinds[match] or kind in self.kinds[match]):
                self.counts[match] += 1
                used_up = mode.times is not None and self.counts[match] > mode.times
                return None if used_up else mode
        return None

    def seen_in(self, body):
        """The markers, watched ones and those of rules, that a body carries."""
        if not self.watch and not self.modes:
            return []
        body = body.lower()
        return [text for text in dict.fromkeys((*self.watch, *self.modes)) if text.encode() in body]


def marker(text):
    """A marker as it is compared: small letters."""
    if not isinstance(text, str) or not 4 <= len(text) <= MARKER_CHARACTERS:
        raise ValueError(f"no marker: {text!r}"[:80])
    return text.lower()
