"""What a page of Streamlit says: the text of its elements, and what of it is new after a question.

Fields as in `proto/streamlit/proto/*.proto` of github.com/streamlit/streamlit, compared in 1.20, 1.45 and 1.64.
"""

from collections import Counter

from protobuf_wire import field, fields

# Element: the kinds that say something, and the members of each that hold its words.
EXCEPTION, ALERT, JSON = 8, 30, 31
WORDS = {
    1: (1,),  # text
    EXCEPTION: (1, 2, 3),  # its type, its message, the lines of its stack
    29: (1,),  # markdown
    ALERT: (1,),
    JSON: (1,),
    42: (2, 3),  # a metric's label and figure
    47: (3,),  # heading
    48: (1,),  # code
    50: (1,),  # toast
    54: (1,),  # html
}
# What answers without words: tables, images, charts.
SHOWS = frozenset({3, 6, 10, 11, 13, 14, 16, 17, 18, 34, 39, 40, 41})
FORMAT, ERROR, WARNING = 2, 1, 2
ERRORS = frozenset({ERROR})
TEXT_CHARACTERS = 200_000


class Said:
    """The elements that say something, in their order: `text`, the `kinds` of elements, the `worst` alert."""

    def __init__(self, parts, without=None, question=""):
        left = Counter(without.keys if without else ())
        self.keys, self.kinds, self.worst, texts = [], [], 0, []
        for _path, element in parts:
            kind, words, alert = _words(element)
            if kind is None:
                continue
            self.keys.append((kind, words))
            if left[(kind, words)]:
                left[(kind, words)] -= 1
                continue
            words = words.replace(question, "") if question else words
            if not words.strip() and kind not in SHOWS:
                continue
            self.kinds.append(kind)
            texts.append(words)
            if alert and (not self.worst or alert < self.worst):
                self.worst = alert
        # A warning beside an answer is none of its own; alone it is all that a person gets.
        if self.worst == WARNING and set(self.kinds) == {ALERT}:
            self.worst = ERROR
        self.text = "\n".join(texts)[:TEXT_CHARACTERS]

    def form(self):
        """The kinds of its elements, and whether JSON is shown raw, as no person wants it."""
        raw = any(sign in self.text for sign in ('{"', "{\n", "{'")) and JSON not in self.kinds
        return " ".join(map(str, sorted(set(self.kinds)))) + (" raw JSON" if raw else "")


def said(parts, before, question):
    """What is new on the page, without the question, which most pages repeat."""
    return Said(parts, before, question)


def _words(element):
    """(kind, words, format of an alert or 0) of an element; kind None of one that says nothing."""
    for kind, inside in fields(element):
        if kind in SHOWS:
            return kind, "", 0
        if kind in WORDS and isinstance(inside, bytes):
            words = "\n".join(
                value.decode("utf-8", "replace")
                for number, value in fields(inside)
                if number in WORDS[kind] and isinstance(value, bytes)
            )
            return kind, words, (field(inside, FORMAT, 0) if kind == ALERT else 0)
    return None, "", 0
