"""Ask a Chainlit application over its Socket.IO connection: connect, send a message, read the turns until it is done.

Packets of Engine.IO 4 and Socket.IO 5 as texts of a WebSocket: 0 opens, 2 and 3 are ping and pong, 40 connects (44 is
a refusal), 42 is an event. The events are those of `backend/chainlit/{socket,emitter}.py` in the repository
Chainlit/chainlit on GitHub: `client_message` goes in; `new_message`, `update_message`, `stream_start`, `stream_token`
and `task_end` come out.
"""

import json
import time
import uuid

from http_client import Answer, NoAnswer
from ws_client import WebSocket

TEXT_CHARACTERS = 200_000
# Who an exception that nobody caught is told by.
UNCAUGHT = "Error"


def ask(port, each, total_s, heard):
    """(Answer, shape): 200 with what was said, 503 where it is an error of the team's own, 500 of any other."""
    until = time.monotonic() + total_s
    try:
        return converse(port, each, until, heard)
    except (ValueError, RecursionError):
        raise NoAnswer("protocol", "not a message of Chainlit") from None


def converse(port, each, until, heard):
    with WebSocket(port, each["path"], until) as link:
        talk = Talk(link, until)
        talk.connect(each["key_names"], each["key"])
        began = time.monotonic()
        heard.starts()
        talk.ask(each["question"], heard)
    turns = talk.turns.values()
    errors = [turn for turn in turns if turn["error"]]
    text = "\n".join(turn["text"] for turn in turns if turn["text"].strip())[:TEXT_CHARACTERS]
    if not text:
        raise NoAnswer("empty", "nothing was said after the question")
    status = (500 if any(turn["author"] == UNCAUGHT for turn in errors) else 503) if errors else 200
    answer = Answer(status, {"content-type": "text/plain"}, text.encode("utf-8", "replace"))
    answer.ms = (time.monotonic() - began) * 1000
    return answer, f"{status} turns" + (" raw JSON" if '{"' in text else "")


class Talk:
    """One conversation: `turns` are what was said in it by the application, {id: {text, error, author}}."""

    def __init__(self, link, until):
        self._link, self._until, self._running, self.turns = link, until, 0, {}

    def connect(self, names, key):
        """Open a session, and wait until it has greeted; NoAnswer where it is refused, since it wants a login."""
        keys = json.dumps(dict.fromkeys(names, key))
        auth = {"clientType": "webapp", "sessionId": str(uuid.uuid4()), "threadId": "", "userEnv": keys}
        self._next("0")
        self._link.say("40" + json.dumps(auth))
        self._next("40")
        # A greeting is begun by the first of these; when the second is confirmed, it is known to have begun. The second
        # also has the session forgotten when it ends.
        for number, name in ((1, "connection_successful"), (2, "clear_session")):
            self._link.say(f"42{number}{json.dumps([name])}")
            while not (packet := self._next("4")).startswith(f"3{number}["):
                self._event(packet)
        while self._running:
            self._event(self._next("4"))

    def ask(self, question, heard):
        """Until the application has said all that it says to the question, or `heard` has enough."""
        asked = {"id": str(uuid.uuid4()), "threadId": "", "name": "user", "type": "user_message", "output": question}
        asked |= {"createdAt": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())}
        self._link.say("42" + json.dumps(["client_message", {"message": asked, "fileReferences": []}]))
        has_begun = False
        while not has_begun or self._running:
            name, row = self._event(self._next("4"))
            has_begun = has_begun or self._running > 0
            if self._take(name, row) and heard(b""):
                return

    def _event(self, packet):
        """(name, what it carries) of a packet after its 4; what is running is counted by the way."""
        if not packet.startswith("2"):
            return "", {}
        name, *data = json.loads(packet[1:])
        if name in ("task_start", "task_end"):
            self._running = max(0, self._running + (1 if name == "task_start" else -1))
        return name, data[0] if data and isinstance(data[0], dict) else {}

    def _take(self, name, row):
        """Whether the event said something."""
        known = str(row.get("id"))
        if name == "stream_token":
            turn = self.turns.get(known)
            if turn is not None and len(turn["text"]) < TEXT_CHARACTERS:
                turn["text"] = ("" if row.get("isSequence") else turn["text"]) + str(row.get("token") or "")
            return turn is not None
        if name not in ("new_message", "update_message", "stream_start") or row.get("type") != "assistant_message":
            return False
        text = str(row.get("output") or "")
        is_new = text != self.turns.get(known, {}).get("text", "")
        self.turns[known] = {"text": text, "error": bool(row.get("isError")), "author": row.get("name")}
        return is_new

    def _next(self, wanted):
        """The next packet of a kind, without the kind; pings are answered on the way."""
        while True:
            packet = self._link.receive().decode("utf-8", "replace")
            if time.monotonic() > self._until:
                raise NoAnswer("timeout", "the answer was not complete in time")
            if packet == "2":
                self._link.say("3")
            elif packet.startswith("44"):
                raise NoAnswer("protocol", "the connection was refused")
            elif packet.startswith(wanted):
                return packet.removeprefix(wanted)
