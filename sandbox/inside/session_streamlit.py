"""One visit of a Streamlit page: open its WebSocket, have the script run from top to bottom, wait until it has.

The numbers of the fields are those of `proto/streamlit/proto/{BackMsg,ForwardMsg,Delta,Element,Exception}.proto` in
github.com/streamlit/streamlit, and were compared in the releases 1.20, 1.45 and 1.64: the same in all of them.
"""

import hashlib
import json
import time

from http_client import Answer, NoAnswer
from protobuf_wire import field, fields, numbers
from ws_client import WebSocket

# BackMsg: rerun_script = 11, an empty ClientState: the first run of a page that was just opened.
RERUN = b"\x5a\x00"
PROTOCOL = "streamlit"
# ForwardMsg, and its ForwardMsgMetadata.
METADATA, NEW_SESSION, DELTA, SCRIPT_FINISHED = 2, 4, 5, 6
DELTA_PATH = 2
COMPILE_ERROR, RUNS_AGAIN = 1, 2
# Delta; an Element's type is the number of its field, beside a few settings of the layout.
NEW_ELEMENT, ADD_BLOCK = 3, 6
EXCEPTION, IS_WARNING = 8, 5
EMPTY, SPINNER = 2, 44
LAYOUT = frozenset({57, 58, 61, 65})
# Elements whose bytes are what they say: text, tables, markdown, alert, json, dataframe, metric, heading, code, html.
# A chart is drawn by libraries that number its parts across all sessions.
WORDS = frozenset({1, 11, 29, 30, 31, 39, 40, 42, 47, 48, 54})


def session(port, each, total_s):
    """An Answer: 200, or 500 where the script ended in an exception; its body is what the page then consists of."""
    began = time.monotonic()
    page = Page()
    with WebSocket(port, each["path"], began + total_s, protocol=PROTOCOL) as link:
        link.send(RERUN)
        while not page.is_finished:
            try:
                page.take(link.receive())
            except ValueError as error:
                raise NoAnswer("protocol", f"not a message of Streamlit: {error}") from None
    body = json.dumps({"elements": page.elements()}).encode()
    headers = {"content-type": "application/json"}
    return Answer(500 if page.has_failed else 200, headers, body, (time.monotonic() - began) * 1000)


class Page:
    """What a script has put on its page so far."""

    def __init__(self):
        self.is_finished = self.has_failed = False
        self._elements = {}

    def take(self, message):
        """One ForwardMsg; ValueError of what is none."""
        path = ()
        for number, value in fields(message):
            if number == METADATA:
                path = tuple(one for name, packed in fields(value) if name == DELTA_PATH for one in numbers(packed))
            elif number == NEW_SESSION:
                self._elements.clear()
            elif number == DELTA:
                self._delta(path, value)
            elif number == SCRIPT_FINISHED:
                self.has_failed = self.has_failed or value == COMPILE_ERROR
                self.is_finished = value != RUNS_AGAIN

    def _delta(self, path, delta):
        for number, value in fields(delta):
            if number == NEW_ELEMENT:
                self._elements[path] = value
                found = field(value, EXCEPTION)
                self.has_failed = self.has_failed or (found is not None and not field(found, IS_WARNING, 0))
            elif number == ADD_BLOCK:
                self._elements = {at: one for at, one in self._elements.items() if at[: len(path)] != path}

    def parts(self):
        """[(path, element)] in the order of the page; a path tells where on it."""
        return sorted(self._elements.items())

    def elements(self):
        """{type: [digest, or "" of no words, ...]} in the order of the page; what only says "wait" is left out."""
        found = {}
        for _path, element in sorted(self._elements.items()):
            kind = next((number for number, _value in fields(element) if number not in LAYOUT), EMPTY)
            if kind not in (EMPTY, SPINNER):
                digest = hashlib.sha256(element).hexdigest()[:12] if kind in WORDS else ""
                found.setdefault(str(kind), []).append(digest)
        return found
