"""Documents about a city that is nowhere, with a question about each: what retrieval is measured by.

Documents share their subject with some and their matter with others, so that only both together find the right one.
Each has a made-up word that is the answer to its question, and another one that nobody is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.assistant.marks import word

# Of what the gateway's model makes up where nothing answers and nobody told it to admit that (gateway_scholar.py).
INVENTED = "brandelmeyer"
# (subject, matter, what is known of it, what is asked)
_KNOWN = (
    (
        "ferry",
        "fare",
        "Who crosses the river with the Vornhagen ferry pays the fare with the coin called {nonce}.",
        "With which coin do I pay the fare of the Vornhagen ferry?",
    ),
    (
        "ferry",
        "captain",
        "The captain who steers the Vornhagen ferry on weekdays goes by the name of {nonce}.",
        "What is the name of the captain of the Vornhagen ferry?",
    ),
    (
        "ferry",
        "signal",
        "In fog the Vornhagen ferry gives a signal that sailors know as the {nonce}.",
        "Which signal does the ferry of Vornhagen give in fog?",
    ),
    (
        "museum",
        "painting",
        "The oldest painting in the Vornhagen museum hangs in the west wing under the title {nonce}.",
        "Which title has the oldest painting of the museum?",
    ),
    (
        "museum",
        "guard",
        "At night the museum of Vornhagen is watched by a guard whose dog is called {nonce}.",
        "How is the dog of the museum's guard called?",
    ),
    (
        "museum",
        "ticket",
        "A ticket for the Vornhagen museum shows the stamp of the {nonce} on its back.",
        "Which stamp is on the back of a museum ticket?",
    ),
    (
        "brewery",
        "beer",
        "The dark beer that the Vornhagen brewery makes in winter is sold as {nonce}.",
        "Under which name does the brewery sell its dark winter beer?",
    ),
    (
        "brewery",
        "cellar",
        "Visitors of the Vornhagen brewery enter its cellar through a door named {nonce}.",
        "Through which door do visitors enter the cellar of the brewery?",
    ),
    (
        "brewery",
        "founder",
        "The brewery of Vornhagen was started by a founder who signed her letters as {nonce}.",
        "How did the founder of the brewery sign her letters?",
    ),
    (
        "school",
        "song",
        "Each morning the pupils of the Vornhagen school sing a song that begins with the word {nonce}.",
        "With which word does the song of the school's pupils begin?",
    ),
    (
        "school",
        "garden",
        "Behind the school of Vornhagen lies a garden with an apple tree of the kind {nonce}.",
        "Which kind of apple tree stands in the garden behind the school?",
    ),
    (
        "school",
        "bell",
        "The bell on the roof of the Vornhagen school was cast by a smith from {nonce}.",
        "From where was the smith who cast the bell of the school?",
    ),
)
_NOTE = "The city archive keeps a copy of this note in the drawer {mark}."
# What no document tells, in the words of those that tell something else.
_UNTOLD = (
    "How many stairs has the lighthouse of Vornhagen?",
    "Who won the chess tournament of Vornhagen in the year of the flood?",
    "Which colour have the curtains of the Vornhagen theatre?",
    "What does a night in the harbour hotel cost?",
    "Which horse leads the carriage of the mayor?",
    "At what time does the night train to Vornhagen leave?",
)


@dataclass(frozen=True)
class Planted:
    """`nonce` answers the question; `mark` stands in the document, too; `name` is what it is filed under."""

    question: str
    text: str
    nonce: str
    mark: str
    name: str


def shelf() -> list[Planted]:
    """Twelve documents with words of their own."""
    return [_planted(subject, matter, fact, question) for subject, matter, fact, question in _KNOWN]


def _planted(subject: str, matter: str, fact: str, question: str) -> Planted:
    nonce, mark = word("sesame"), word("drawer")
    text = f"{fact.format(nonce=nonce)} {_NOTE.format(mark=mark)}"
    return Planted(question, text, nonce, mark, f"{subject}-{matter}-{word('file')}")


def untold() -> tuple[str, ...]:
    """Questions whose answers stand in no document."""
    return _UNTOLD
