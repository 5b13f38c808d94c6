"""The documents of an application: adding, changing and removing one, and whether questions find it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.assistant.asking import ANSWERING, JSON, Asker, at, is_good, said
from sandbox.assistant.marks import word
from sandbox.assistant.names import DOCUMENT, IDS
from sandbox.assistant.routes import EVERY

PATIENCE_S = 10.0
# Indexing may go on after the answer, and nothing tells of its end: the question is asked again, each time with words
# of its own, after a while that gets longer.
TRIES, PAUSE_S = 3, 1.0
MISSING = (404, 405, 501)


@dataclass
class Library:
    """Documents through one route. An answer is {"status", "body", ...} of `sandbox/inside/ask.py`."""

    asker: Asker
    route: Mapping[str, Any]

    def add(self, text: str, name: str = "") -> tuple[dict[str, Any], str]:
        """The answer, and the document's id in it; "" when it names none. `name` is what it is called, if it can be."""
        answer = self.asker.send([self._request("POST", self.route["path"], text, name)])[0]
        return answer, self._id(answer) if is_good(answer) else ""

    def change(self, known: str, text: str) -> dict[str, Any]:
        return self.asker.send([self._request("PUT", f"{self.route['path'].rstrip('/')}/{known}", text)])[0]

    def remove(self, known: str) -> dict[str, Any]:
        headers = dict(self.asker.route.get("headers") or {})
        path = f"{self.route['path'].rstrip('/')}/{known}"
        return self.asker.send([{"method": "DELETE", "path": path, "headers": headers, "total_s": PATIENCE_S}])[0]

    def recall(self, thing: str, *, want: str = "", unwanted: str = "", persona: str = "faithful") -> dict[str, Any]:
        """Ask for the access word of a thing, up to TRIES times until the words seen are as they should be.

        {"tries", "status", "prompt": [words that stood in a prompt], "answer": [words that stood in the answer]}
        """
        words = [each for each in (want, unwanted) if each]
        seen: dict[str, Any] = {}
        for number in range(1, TRIES + 1):
            time.sleep(PAUSE_S * (number - 1))
            marker = word()
            question = f"What is the access word of the {thing}? ({marker})"
            self.asker.rule({marker: {"persona": persona}}, words)
            answer = self.asker.send([self.asker.request(question, total_s=PATIENCE_S)])[0]
            self.asker.rule()
            calls = self.asker.calls(marker, ANSWERING)
            text = said(answer, question, self.asker.route["answer"])
            seen = {
                "tries": number,
                "status": answer["status"],
                "calls": len(calls),
                "prompt": [each for each in words if any(each in call["saw"] for call in calls)],
                "answer": [each for each in words if each in text.lower()],
            }
            if (not want or want in seen["prompt"]) and unwanted not in seen["prompt"]:
                break
        return seen

    def _request(self, method: str, path: str, text: str, name: str = "") -> dict[str, Any]:
        headers = dict(self.asker.route.get("headers") or {})
        members = {**self.route["json"], **({self.route["name"]: name} if name and self.route["name"] else {})}
        each: dict[str, Any] = {"method": method, "path": path, "total_s": PATIENCE_S}
        if self.route["place"] == "multipart":
            edge = word("edge")
            disposition = f'form-data; name="{self.route["field"]}"; filename="{name or word("note")}.txt"'
            fields = "".join(
                f'--{edge}\r\nContent-Disposition: form-data; name="{member}"\r\n\r\n{value}\r\n'
                for member, value in members.items()
                if isinstance(value, str)
            )
            part = f"--{edge}\r\nContent-Disposition: {disposition}\r\nContent-Type: text/plain\r\n\r\n{text}\r\n"
            return each | {
                "headers": headers | {"Content-Type": f"multipart/form-data; boundary={edge}"},
                "body": f"{fields}{part}--{edge}--\r\n",
            }
        names = DOCUMENT if self.route["field"] == EVERY else (self.route["field"],)
        return each | {
            "headers": JSON | headers,
            "body": json.dumps({**members, **dict.fromkeys(names, text)}),
        }

    def _id(self, answer: Mapping[str, Any]) -> str:
        for name in (self.route["id"],) if self.route["id"] else (*IDS, *(f"document.{one}" for one in IDS), "ids"):
            value = at(str(answer["body"]), name)
            value = value[0] if isinstance(value, list) and value else value
            if isinstance(value, str | int) and not isinstance(value, bool) and str(value).replace("-", "").isalnum():
                return str(value)[:100]
        return ""


def absent(answer: Mapping[str, Any]) -> bool:
    """Whether the application does not have that operation at all."""
    return answer["status"] in MISSING
