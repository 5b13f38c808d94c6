"""OpenAI's Responses API, plain and streamed."""

import json

from gateway_answers import Ask, pieces, reply
from gateway_openai import CREATED, choice_of, form_of
from gateway_read import BadRequest, members, needed, number, parts, rows, text
from gateway_said import Said, events


def turns_of(given):
    """Turns of an input, and the names of the functions that were called in it."""
    if isinstance(given, str):
        return [("user", given)], frozenset()
    turns, called = [], set()
    for row in rows(given):
        kind = row.get("type")
        if kind == "function_call":
            called.add(text(row.get("name")))
            turns.append(("assistant", text(row.get("arguments"))))
        elif kind == "function_call_output":
            turns.append(("tool", parts(row.get("output"))))
        elif "content" in row:
            role = text(row.get("role"), "user")
            turns.append(("system" if role == "developer" else role, parts(row["content"])))
    return turns, frozenset(called)


def responses(body, _tail):
    given = body.get("input")
    if not isinstance(given, str | list) or not given:
        raise BadRequest("Missing required parameter: 'input'.", "input")
    turns, called = turns_of(given)
    if isinstance(body.get("instructions"), str):
        turns.insert(0, ("system", body["instructions"]))
    schema, wants_json = form_of(members(body.get("text")).get("format"))
    tools = [
        {"name": row["name"], "description": text(row.get("description")), "schema": members(row.get("parameters"))}
        for row in rows(body.get("tools"))
        if row.get("type") == "function" and isinstance(row.get("name"), str)
    ]
    ask = Ask(
        model=needed(body, "model", str, "Missing required parameter: 'model'."),
        turns=turns,
        tools=tools,
        choice=choice_of(body.get("tool_choice", "auto")),
        called=called,
        schema=schema,
        json=wants_json,
        limit=number(body.get("max_output_tokens")),
        stream=body.get("stream") is True,
    )
    said = reply(ask)
    usage = {
        "input_tokens": said.tokens_in,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": said.tokens_out,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": said.tokens_in + said.tokens_out,
    }
    output = [
        {
            "type": "function_call",
            "id": f"fc_{said.mark}{at}",
            "call_id": f"call_{said.mark}{at}",
            "name": name,
            "arguments": json.dumps(arguments),
            "status": "completed",
        }
        for at, (name, arguments) in enumerate(said.calls)
    ] or [
        {
            "type": "message",
            "id": f"msg_{said.mark}",
            "status": "completed",
            "role": "assistant",
            "content": [{"type": "output_text", "text": said.text, "annotations": [], "logprobs": []}],
        }
    ]
    cut = said.ended == "length"
    document = {
        "id": f"resp_{said.mark}",
        "object": "response",
        "created_at": CREATED,
        "status": "incomplete" if cut else "completed",
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "instructions": text(body.get("instructions")) or None,
        "max_output_tokens": ask.limit,
        "model": ask.model,
        "output": output,
        "parallel_tool_calls": body.get("parallel_tool_calls") is not False,
        "previous_response_id": text(body.get("previous_response_id")) or None,
        "reasoning": {"effort": None, "summary": None},
        "store": False,
        "temperature": 1.0,
        "text": {"format": members(members(body.get("text")).get("format")) or {"type": "text"}},
        "tool_choice": body.get("tool_choice") or "auto",
        "tools": rows(body.get("tools")),
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": usage,
        "user": None,
        "metadata": members(body.get("metadata")),
    }
    if not ask.stream:
        return Said(document, ask=ask, usage=usage)
    return Said(frames=stream(document), media="text/event-stream", ask=ask, usage=usage)


def stream(document):
    """The events of a response, numbered."""
    early = document | {"status": "in_progress", "output": [], "usage": None, "incomplete_details": None}
    shown = [{"type": "response.created", "response": early}, {"type": "response.in_progress", "response": early}]
    for at, item in enumerate(document["output"]):
        place = {"item_id": item["id"], "output_index": at}
        if item["type"] == "message":
            part = item["content"][0]
            empty = part | {"text": ""}
            place |= {"content_index": 0}
            added = item | {"status": "in_progress", "content": []}
            shown.append({"type": "response.output_item.added", "output_index": at, "item": added})
            shown.append({"type": "response.content_part.added", **place, "part": empty})
            delta = {"type": "response.output_text.delta", **place, "logprobs": []}
            shown += [delta | {"delta": piece} for piece in pieces(part["text"])]
            shown.append({"type": "response.output_text.done", **place, "text": part["text"], "logprobs": []})
            shown.append({"type": "response.content_part.done", **place, "part": part})
        else:
            added = item | {"status": "in_progress", "arguments": ""}
            shown.append({"type": "response.output_item.added", "output_index": at, "item": added})
            delta = {"type": "response.function_call_arguments.delta", **place}
            shown += [delta | {"delta": piece} for piece in pieces(item["arguments"])]
            done = {"name": item["name"], "arguments": item["arguments"]}
            shown.append({"type": "response.function_call_arguments.done", **place, **done})
        shown.append({"type": "response.output_item.done", "output_index": at, "item": item})
    shown.append({"type": f"response.{document['status']}", "response": document})
    return events([one | {"sequence_number": at} for at, one in enumerate(shown)], named=True)
