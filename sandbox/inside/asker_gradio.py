"""Ask a Gradio application as its own page does: functions by the queue, one after the other, over the same values.

A step is {"fn", "trigger", "inputs": [component id], "outputs": [component id]}; "values" are what its components hold
at first, by id as a text, and "at" is the one that takes the question. POST `<prefix>/queue/join` hands a step in, and
GET `<prefix>/queue/data` tells by server-sent events of `process_generating` and `process_completed`
(`gradio/server_messages.py`, compared in 4.44, 5.49 and 6.31).
"""

import json
import re
import secrets
import time

from http_client import Answer, NoAnswer, request

BODY_BYTES = 8 * 1024 * 1024
DEEPEST, TEXT_CHARACTERS = 8, 200_000
HEADERS = {"Content-Type": "application/json"}
ASSISTANT = ("assistant", "bot", "ai")
RAW = re.compile(r"\{\s*[\"']")
# Of what a chat's message or a file may have: what a person sees.
SHOWN = ("content", "text", "value", "label", "answer", "response")


def ask(port, each, total_s, heard):
    """(Answer, shape): 200 with what the outputs say, 503 for an error in the team's own words, 500 for any other."""
    try:
        return converse(port, each, time.monotonic() + total_s, heard)
    except RecursionError:
        raise NoAnswer("protocol", "outputs within outputs without end") from None


def converse(port, each, until, heard):
    began, queue = time.monotonic(), Queue(port, each, until, heard)
    question = {"text": each["question"], "files": []} if each.get("is_message") else each["question"]
    values, changed, after = {**each["values"], each["at"]: question}, {}, {}
    for place, step in enumerate(each["steps"], 1):
        try:
            after = queue.follow(step, values, is_last=place == len(each["steps"]))
        except Failed as failed:
            status = 503 if failed.words and failed.is_meant else 500
            return answer(status, failed.words or "the function failed", "error", began)
        if after is None:  # enough was heard
            break
        values.update(after)
        changed.update(after)
    text = "\n".join(filter(None, (spoken(value) for name, value in changed.items() if name != each["at"])))
    if not text.strip() and after is not None and not any(changed.values()):
        raise NoAnswer("empty", "the outputs say nothing after the question")
    return answer(200, text, " ".join(sorted({type(value).__name__ for value in changed.values()})), began)


class Failed(Exception):
    """A function that ended in an error: its `words`, and whether the code raised them for people (`gr.Error`)."""

    def __init__(self, output):
        super().__init__("the function failed")
        found = output if isinstance(output, dict) else {}
        self.words = str(found.get("error") or "")[:TEXT_CHARACTERS]
        self.is_meant = "duration" in found


class Queue:
    """One session with the queue of a page, over before `until` (monotonic)."""

    def __init__(self, port, each, until, heard):
        self._port, self._prefix, self._until, self._heard = port, each["prefix"], until, heard
        self._headers = {**HEADERS, **(each.get("headers") or {})}
        self._session = secrets.token_hex(6)

    def follow(self, step, values, *, is_last):
        """What a step's outputs hold after it, by component; None where `heard` has enough. Failed, NoAnswer.

        Before the last step only what comes bit by bit is a piece of the answer: the first may just show the question.
        """
        body = {
            "data": [values.get(str(name)) for name in step["inputs"]],
            "fn_index": step["fn"],
            "trigger_id": step["trigger"],
            "event_data": None,
            "session_hash": self._session,
        }
        posted = self._request("POST", "/queue/join", body=json.dumps(body).encode())
        if posted.status != 200:
            raise NoAnswer("protocol", f"the queue answered {posted.status}", posted.status)
        messages = Messages(self._heard, is_last=is_last)
        self._request("GET", f"/queue/data?session_hash={self._session}", on_piece=messages.take)
        if messages.is_enough:
            return None
        if messages.ended is None:
            raise NoAnswer("closed", "the events ended before the result")
        output = messages.ended.get("output")
        if (
            not messages.ended.get("success")
            or not isinstance(output, dict)
            or not isinstance(output.get("data"), list)
        ):
            raise Failed(output)
        outputs = zip(step["outputs"], output["data"], strict=False)
        return {str(name): _updated(value) for name, value in outputs if not _is_kept(value)}

    def _request(self, method, path, **more):
        return request(
            self._port,
            method,
            self._prefix + path,
            headers=self._headers,
            total_s=max(0.01, self._until - time.monotonic()),
            body_bytes=BODY_BYTES,
            **more,
        )


class Messages:
    """The messages of a session's queue up to the one that ends its function."""

    def __init__(self, heard, *, is_last):
        self._heard, self._is_last = heard, is_last
        self._rest, self.ended, self.is_enough = b"", None, False

    def take(self, piece):
        """Whether that was the end."""
        self._rest += piece.replace(b"\r\n", b"\n")
        while b"\n\n" in self._rest and self.ended is None and not self.is_enough:
            block, _, self._rest = self._rest.partition(b"\n\n")
            if not block.startswith(b"data:"):  # a comment that keeps the connection open
                continue
            message = _read(block.removeprefix(b"data:").strip())
            kind = message.get("msg")
            if kind in ("process_completed", "unexpected_error", "close_stream"):
                self.ended = message
            is_result = kind == "process_completed" and bool(message.get("success"))
            if kind == "process_generating" or (is_result and self._is_last):
                self.is_enough = bool(self._heard(b""))
        return self.ended is not None or self.is_enough


def spoken(value, depth=0):
    """The text of an output: of a conversation the assistant's last turn, of anything else what it holds in words."""
    if isinstance(value, str):
        return value[:TEXT_CHARACTERS]
    if depth > DEEPEST:
        return ""
    if isinstance(value, list):
        return _turn(value, depth) if _is_conversation(value) else _joined(value, depth)
    if isinstance(value, dict):
        known = [value[name] for name in SHOWN if value.get(name)]
        return _joined(known, depth) if known else json.dumps(value)[:TEXT_CHARACTERS]
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _is_conversation(value):
    """A list of turns: with roles, or pairs of a person's words and the answer, as before version 5."""
    return bool(value) and (
        all(isinstance(one, dict) and "role" in one for one in value)
        or all(isinstance(one, list) and len(one) == 2 for one in value)
    )


def _turn(turns, depth):
    if isinstance(turns[-1], list):
        return spoken(turns[-1][1], depth + 1)
    last = max((at for at, one in enumerate(turns) if one["role"] not in ASSISTANT), default=-1)
    return _joined([one.get("content") for one in turns[last + 1 :]], depth)


def _joined(values, depth):
    return "\n".join(filter(None, (spoken(one, depth + 1) for one in values)))[:TEXT_CHARACTERS]


def _is_kept(value):
    return isinstance(value, dict) and value.get("__type__") == "update" and "value" not in value


def _updated(value):
    return value["value"] if isinstance(value, dict) and value.get("__type__") == "update" else value


def _read(text):
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise NoAnswer("protocol", "not a message of Gradio") from None
    if not isinstance(found, dict):
        raise NoAnswer("protocol", "not a message of Gradio")
    return found


def answer(status, text, form, began):
    raw = " raw JSON" if RAW.search(text) else ""
    found = Answer(status, {"content-type": "text/plain"}, text.encode("utf-8", "replace"))
    found.ms = (time.monotonic() - began) * 1000
    return found, f"{status} outputs {form}{raw}"
