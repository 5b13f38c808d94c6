"""The fields of a Streamlit page that take a question: its chat input, else a text field and the button beside it.

Fields as in `proto/streamlit/proto/{ChatInput,TextInput,TextArea,Button,WidgetStates,Common}.proto` of
github.com/streamlit/streamlit, compared in 1.20, 1.45 and 1.64. A page is one of `session_streamlit.py`.
"""

import re

from http_client import NoAnswer
from protobuf_wire import field, fields, nested

# Element, by the kinds of fields.
BUTTON, TEXT_AREA, TEXT_INPUT, CHAT_INPUT = 19, 22, 24, 49
ID, LABEL, DEFAULT = 1, 2, 3
# Members that differ between kinds: {kind: (form_id, disabled)}.
FORM = {BUTTON: 5, TEXT_AREA: 7, TEXT_INPUT: 7}
DISABLED = {BUTTON: 8, TEXT_AREA: 11, TEXT_INPUT: 12, CHAT_INPUT: 4}
INPUT_TYPE, PASSWORD = 4, 1
# WidgetState: of its one value the last that a release knows counts, and a chat input's changed with 1.44 or so.
TRIGGER, STRING, STRING_TRIGGER, CHAT_VALUE = 2, 6, 14, 15
ASKS = re.compile(r"question|ask|message|prompt|query|chat|topic|say|frage|input", re.IGNORECASE)
SENDS = re.compile(r"ask|send|submit|go\b|generate|answer|search|run|start|summar|chat|senden", re.IGNORECASE)
SPARES = re.compile(r"clear|reset|delete|remove|new chat|upload|log ?out|cancel|stop|download", re.IGNORECASE)
KEY = re.compile(r"api[ _-]?key|token|secret", re.IGNORECASE)
# What other empty fields get: pages ask for all of them before they call anything.
FILLING = "Vornhagen"


class NoField(NoAnswer):
    """The page has none that takes a question."""

    def __init__(self):
        super().__init__("empty", "the page has no field for a question")


def key_fields(page):
    """The ids of empty text fields that want a key."""
    return [
        each[ID]
        for _, _, each in inputs(page, TEXT_INPUT)
        if not each.get(DEFAULT) and (each.get(INPUT_TYPE) == PASSWORD or KEY.search(label(each)))
    ]


def question_states(page, question, wanted):
    """{id: value} that asks a question; NoField where none takes one. `wanted` is the label of the field."""
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
        raise NoField
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
            if isinstance(each.get(ID), bytes) and not each.get(DISABLED[kind]):
                found.append((path, kind, each))
    return found


def label(each):
    value = each.get(LABEL, b"")
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
