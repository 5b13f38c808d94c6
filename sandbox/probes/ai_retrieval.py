"""How often does a question find its document among a dozen, does the answer name it, and what if there is none?"""

from __future__ import annotations

import json
import time
from typing import Any

from sandbox.assistant.asking import Asker, asker_of, is_good, said
from sandbox.assistant.citing import cited
from sandbox.assistant.library import PAUSE_S, TRIES, Library
from sandbox.assistant.marks import word
from sandbox.assistant.shelf import INVENTED, Planted, shelf, untold
from sandbox.probes import Probe, Target

PATIENCE_S, TOTAL_S = 10.0, 90.0
# The longest text that the gateway looks for in a prompt.
PHRASE_CHARACTERS = 80


def gather(target: Target) -> dict[str, Any]:
    """{asked, route, planted, known: [{status, calls, found, among, answered, cited}],
    unknown: [{status, calls, invented, told}]}; `route` null without one that takes documents.

    `known` are questions whose answer stands in one of the planted documents: `among` tells how many of these were in
    the prompt that made the answer, `found` whether the right one was. `unknown` are those that nothing answers: the
    model makes something up unless its prompt tells it to say so; `told` is whether the declared words were there.
    """
    asker = asker_of(target)
    if asker is None:
        return {"asked": False}
    route = target.seen["ai_ask"]["documents"]
    if route is None:
        return {"asked": True, "route": None}
    library, kept = Library(asker, route), []
    for each in shelf():
        answer, known = library.add(each.text, each.name)
        if is_good(answer):
            kept.append((each, known))
    document: dict[str, Any] = {"asked": True, "route": route["path"], "planted": len(kept)}
    if kept:
        target.say(f"{len(kept)} documents are asked for", 0.4)
        document |= _answers(asker, kept, str((target.plan.hints.get("ai") or {}).get("not_found") or ""))
    for _, known in kept:
        if known:
            library.remove(known)
    return document


def _answers(asker: Asker, kept: list[tuple[Planted, str]], phrase: str) -> dict[str, Any]:
    """Both kinds of questions, each with a marker of its own, in one go."""
    _wait_for_index(asker, kept[-1][0])
    known = [(f"{each.question} ({marker})", marker) for each, marker in ((each, word()) for each, _ in kept)]
    unknown = [(f"{question} ({marker})", marker) for question, marker in ((text, word()) for text in untold())]
    phrases = [text for text in (phrase, json.dumps(phrase)[1:-1]) if 4 <= len(text) <= PHRASE_CHARACTERS]
    nonces = {each.nonce for each, _ in kept}
    rules = {marker: {"persona": "scholar"} for _, marker in known}
    rules |= {marker: {"persona": "unsure"} for _, marker in unknown}
    asker.rule(rules, [*nonces, *phrases])
    requests = [asker.request(question, total_s=PATIENCE_S) for question, _ in (*known, *unknown)]
    answers = asker.send(requests, total_s=TOTAL_S)
    asker.rule()
    answered = list(zip([*known, *unknown], answers, strict=True))
    return {
        "known": [_known(asker, each, own, nonces, row) for (each, own), row in zip(kept, answered, strict=False)],
        "unknown": [_unknown(asker, phrases, row) for row in answered[len(kept) :]],
    }


def _known(
    asker: Asker, each: Planted, own: str, nonces: set[str], asked: tuple[tuple[str, str], dict[str, Any]]
) -> dict[str, Any]:
    (question, marker), answer = asked
    calls = asker.calls(marker)
    # The last call that was given a document makes the answer; those before it may choose among them.
    seen = next((found for call in reversed(calls) if (found := nonces & set(call["saw"]))), set())
    return {
        "status": answer["status"],
        "calls": len(calls),
        "found": each.nonce in seen,
        "among": len(seen),
        "answered": each.nonce in said(answer, question, asker.route["answer"]).lower(),
        "cited": cited(said(answer, question), known=own, name=each.name, mark=each.mark),
    }


def _unknown(asker: Asker, phrases: list[str], asked: tuple[tuple[str, str], dict[str, Any]]) -> dict[str, Any]:
    (question, marker), answer = asked
    calls = asker.calls(marker)
    return {
        "status": answer["status"],
        "calls": len(calls),
        "invented": INVENTED in said(answer, question).lower(),
        "told": any(text.lower() in call["saw"] for text in phrases for call in calls),
    }


def _wait_for_index(asker: Asker, last: Planted) -> None:
    """Until the last document is found, TRIES questions at most: indexing may go on after the answer."""
    for number in range(TRIES):
        time.sleep(PAUSE_S * number)
        marker = word()
        asker.rule({marker: {"persona": "scholar"}}, [last.nonce])
        asker.send([asker.request(f"{last.question} ({marker})", total_s=PATIENCE_S)])
        asker.rule()
        if any(last.nonce in call["saw"] for call in asker.calls(marker)):
            return


PROBE = Probe("ai_retrieval", 1, 53, "service", "How often does a question find its document?", gather)
