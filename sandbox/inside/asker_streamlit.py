"""Ask the page of a Streamlit application: say a question in its field, run the script, read what came new.

A field for a key is given one first, since many pages show nothing before; where a page has no field for a question,
its other pages are opened. The numbers of BackMsg, ClientState, WidgetStates, NewSession, Navigation and AppPage are
those of `proto/streamlit/proto` in github.com/streamlit/streamlit, compared in the releases 1.20, 1.45 and 1.64.
"""

import time

from fields_streamlit import STRING, NoField, key_fields, question_states
from http_client import Answer, NoAnswer
from page_streamlit import ERRORS, Said, said
from protobuf_wire import fields, nested
from session_streamlit import PROTOCOL, RERUN, Page
from ws_client import WebSocket

# BackMsg.rerun_script, ClientState.widget_states, WidgetStates.widgets, WidgetState.id; the page of a ClientState.
RERUN_SCRIPT, WIDGET_STATES, WIDGETS, ID, PAGE = 11, 2, 1, 1, 3
# ForwardMsg.new_session and .navigation, the pages of each, and an AppPage's page_script_hash.
PAGES_IN = {4: 8, 23: 2}
PAGE_HASH = 1
MOST_PAGES = 6


def ask(port, each, total_s, heard):
    """(Answer, shape): 200 with the new text, 503 where it is an error that the page shows, 500 where it raised."""
    try:
        return converse(port, each, time.monotonic() + total_s, heard)
    except ValueError as error:
        raise NoAnswer("protocol", f"not a message of Streamlit: {error}") from None


def converse(port, each, until, heard):
    began, page = time.monotonic(), Site()
    with WebSocket(port, each["path"], until, protocol=PROTOCOL) as link:
        run(link, page, RERUN, until)
        shown, spoken = opened(link, page, each, until)
        if page.has_failed:
            return answer(500, Said(page.parts()), began)
        before = Said(page.parts())
        seen = 0

        def look():
            nonlocal seen
            size = len(said(page.parts(), before, each["question"]).text)
            grown, seen = size > seen, max(seen, size)
            return grown and heard(b"")

        page.has_failed = False
        began = time.monotonic()
        heard.starts()
        run(link, page, rerun(spoken, shown), until, look)
    new = said(page.parts(), before, each["question"])
    if page.has_failed:
        return answer(500, new, began)
    if not new.kinds:
        raise NoAnswer("empty", "the page showed nothing new after the question")
    return answer(503 if new.worst in ERRORS else 200, new, began)


def opened(link, page, each, until):
    """(page, {widget: value}) that asks the question, on the first page that can; NoField where none can."""
    try:
        return b"", fields_of(link, page, each, b"", until)
    except NoField:
        if page.has_failed:
            return b"", {}
    for other in page.others[:MOST_PAGES]:
        page.has_failed = False
        run(link, page, rerun({}, other), until)
        try:
            return other, fields_of(link, page, each, other, until)
        except NoField:
            continue
    raise NoField


def fields_of(link, page, each, shown, until):
    """{widget: value} that asks the question on the page that is shown, a key typed in first where one is wanted."""
    states = {}
    if keys := key_fields(page):
        states = {name: nested(STRING, each["key"].encode()) for name in keys}
        run(link, page, rerun(states, shown), until)
    return states | question_states(page, each["question"], each.get("field", ""))


def answer(status, new, began):
    headers = {"content-type": "text/plain"}
    found = Answer(status, headers, new.text.encode("utf-8", "replace"), (time.monotonic() - began) * 1000)
    return found, f"{status} page {new.form()}"


def run(link, page, message, until, look=None):
    """Send what runs the script, and take in what it shows until it has finished, or `look` says that it is enough."""
    link.send(message)
    page.is_finished = False
    while not page.is_finished:
        page.take(link.receive())
        if time.monotonic() > until:  # a page may say more than can be read in time
            raise NoAnswer("timeout", "the page was not complete in time")
        if look is not None and look():
            return


def rerun(states, shown=b""):
    """The message that runs the script of a page with these values of widgets: {id: WidgetState without its id}."""
    widgets = b"".join(nested(WIDGETS, nested(ID, name) + value) for name, value in states.items())
    page = nested(PAGE, shown) if shown else b""
    return nested(RERUN_SCRIPT, nested(WIDGET_STATES, widgets) + page)


class Site(Page):
    """A page that keeps what others there are: the hashes of their scripts."""

    def __init__(self):
        super().__init__()
        self.others = []

    def take(self, message):
        for number, value in fields(message):
            if number in PAGES_IN:
                found = [dict(fields(one)).get(PAGE_HASH) for name, one in fields(value) if name == PAGES_IN[number]]
                self.others = [one for one in found if isinstance(one, bytes)] or self.others
        super().take(message)
