"""Ask the page of a Streamlit application: say a question in its field, run the script, read what came new.

The field is its chat input, else a text field and the button that stands beside it. A field for a key is given one
first, since many pages show nothing before. The numbers of the fields are those of
`proto/streamlit/proto/{ClientState,WidgetStates,ChatInput,TextInput,TextArea,Button,Common}.proto` in
github.com/streamlit/streamlit, compared in the releases 1.20, 1.45 and 1.64.
"""

import re
import time

from http_client import Answer, NoAnswer
from page_streamlit import ERRORS, Said, said
from protobuf_wire import field, fields, nested
from session_streamlit import PROTOCOL, RERUN, Page
from ws_client import WebSocket

# Element, by the kinds of fields.
BUTTON, TEXT_AREA, TEXT_INPUT, CHAT_INPUT = 19, 22, 24, 49
ID, LABEL, DEFAULT = 1, 2, 3
# Members that differ between kinds: {kind: (form_id, disabled)}.
FORM = {BUTTON: 5, TEXT_AREA: 7, TEXT_INPUT: 7}
DISABLED = {BUTTON: 8, TEXT_AREA: 11, TEXT_INPUT: 12, CHAT_INPUT: 4}
INPUT_TYPE, PASSWORD = 4, 1
# WidgetState: of its one value the last that a release knows counts, and a chat input's changed with 1.44 or so.
TRIGGER, STRING, STRING_TRIGGER, CHAT_VALUE = 2, 6, 14, 15
# BackMsg.rerun_script, ClientState.widget_states, WidgetStates.widgets.
RERUN_SCRIPT, WIDGET_STATES, WIDGETS = 11, 2, 1
ASKS = re.compile(r"question|ask|message|prompt|query|chat|topic|say|frage|input", re.IGNORECASE)
SENDS = re.compile(r"ask|send|submit|go\b|generate|answer|search|run|start|summar|chat|senden", re.IGNORECASE)
SPARES = re.compile(r"clear|reset|delete|remove|new chat|upload|log ?out|cancel|stop|download", re.IGNORECASE)
KEY = re.compile(r"api[ _-]?key|token|secret", re.IGNORECASE)
# What other empty fields get: pages ask for all of them before they call anything.
FILLING = "Vornhagen"


def ask(port, each, total_s, heard):
    """(Answer, shape): 200 with the new text, 503 where it is an error that the page shows, 500 where it raised."""
    began = time.monotonic()
    with WebSocket(port, each["path"], began + total_s, protocol=PROTOCOL) as link:
        page = Page()
        run(link, page, RERUN)
        states = {}
        if keys := key_fields(page):
            states = {name: nested(STRING, each["key"].encode()) for name in keys}
            run(link, page, rerun(states))
        spoken = states | question_states(page, each["question"], each.get("field", ""))
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
        run(link, page, rerun(spoken), look)
    new = said(page.parts(), before, each["question"])
    if page.has_failed:
        return answer(500, new, began)
    if not new.kinds:
        raise NoAnswer("empty", "the page showed nothing new after the question")
    return answer(503 if new.worst in ERRORS else 200, new, began)


def answer(status, new, began):
    headers = {"content-type": "text/plain"}
    found = Answer(status, headers, new.text.encode("utf-8", "replace"), (time.monotonic() - began) * 1000)
    return found, f"{status} page {new.form()}"


def run(link, page, message, look=None):
    """Send what runs the script, and take in what it shows until it has finished, or `look` says that it is enough."""
    link.send(message)
    page.is_finished = False
    while not page.is_finished:
        try:
            page.take(link.receive())
        except ValueError as error:
            raise NoAnswer("protocol", f"not a message of Streamlit: {error}") from None
        if look is not None and look():
            return


def rerun(states):
    """The message that runs the script with these values of widgets: {id: WidgetState without its id}."""
    widgets = b"".join(nested(WIDGETS, nested(ID, name) + value) for name, value in states.items())
    return nested(RERUN_SCRIPT, nested(WIDGET_STATES, widgets))


def key_fields(page):
    """The ids of empty text fields that want a key."""
    return [
        each[ID]
        for _, _, each in inputs(page, TEXT_INPUT)
        if not each.get(DEFAULT) and (each.get(INPUT_TYPE) == PASSWORD or KEY.search(label(each)))
    ]


def question_states(page, question, wanted):
    """{id: value} that asks a question; NoAnswer where no field takes one. `wanted` is the label of the field."""
    text = question.encode()
    chats = [one for one in inputs(page, CHAT_INPUT) if wanted.lower() in label(one[2]).lower()]
    if chats:
        name = chats[-1][2][ID]
        data = nested(1, text)
        return {name: nested(STRING_TRIGGER, data) + nested(CHAT_VALUE, data)}
    fields_ = [
        one
        for kind in (TEXT_AREA, TEXT_INPUT)
        for one in inputs(page, kind)
        if one[2].get(INPUT_TYPE) != PASSWORD or one[1] != TEXT_INPUT
    ]
    fields_ = [one for one in fields_ if not KEY.search(label(one[2]))]
    if wanted:
        chosen = next((one for one in fields_ if wanted.lower() in label(one[2]).lower()), None)
    else:
        chosen = min(fields_, key=lambda one: not ASKS.search(label(one[2])), default=None)
    if chosen is None:
        raise NoAnswer("empty", "the page has no field for a question")
    states = {
        one[2][ID]: nested(STRING, FILLING.encode())
        for one in fields_
        if one is not chosen and not one[2].get(DEFAULT) and one[2].get(FORM[one[1]]) == chosen[2].get(FORM[chosen[1]])
    }
    states[chosen[2][ID]] = nested(STRING, text)
    if (button := button_for(page, chosen)) is not None:
        states[button[ID]] = bytes([TRIGGER << 3, 1])
    return states


def button_for(page, chosen):
    """The button that sends what stands in a field: its form's, else the likeliest; None where there is none."""
    path, kind, it = chosen
    form = it.get(FORM[kind], b"")
    buttons = [one for one in inputs(page, BUTTON) if not SPARES.search(label(one[2]))]
    own = [one for one in buttons if form and one[2].get(FORM[BUTTON]) == form]
    near = own or sorted(
        (one for one in buttons if one[0][:1] == path[:1] and not one[2].get(FORM[BUTTON])),
        key=lambda one: (not SENDS.search(label(one[2])), one[0] < path),
    )
    return near[0][2] if near else None


def inputs(page, kind):
    """[(path, kind, {member: value})] of the page's fields of a kind that can be used, in their order."""
    found = []
    for path, element in page.parts():
        inside = field(element, kind)
        if isinstance(inside, bytes):
            each = dict(fields(inside))
            if each.get(ID) and not each.get(DISABLED[kind]):
                found.append((path, kind, each))
    return found


def label(each):
    value = each.get(LABEL, b"")
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
