"""What the gateway answers: a text, JSON or tool calls, by nothing but what was asked; the same again for the same.

Every dialect reads its request into an `Ask`, takes the `Reply` and says it in its own words.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field

from gateway_persona import distorted, lies, spoken
from gateway_schema import MAX_STEPS, Unfit, fit

QUOTED = 160
PIECES = 48  # a streamed answer has at most so many
MAX_TOOLS = 128
# What prompts ask for in so many words.
NUMBER = re.compile(
    r"\b(?:only|just|single)\b[^.\n]{0,30}\b(?:number|integer|digit|score)\b|\b(?:number|integer|score|rating) only\b",
    re.IGNORECASE,
)
YES_NO = re.compile(r"[\"'`]?yes[\"'`]? or [\"'`]?no\b|\btrue or false\b", re.IGNORECASE)
ONE_OF = re.compile(
    r"\b(?:one of|classify\b[^.:\n]{0,60}\b(?:as|into|:))[^\n\w]{0,12}"
    r"[\"'`]?([A-Za-z][\w -]{0,30}?)[\"'`]?(?:,| or |/|\|)",
    re.IGNORECASE,
)
# A JSON object that a prompt shows as a pattern, and the names of members in one that is not quite JSON.
MEMBER = re.compile(r"[\"']([A-Za-z_][\w -]{0,40})[\"']\s*:\s*(.)")
MAX_PATTERNS, PATTERN_CHARACTERS = 20, 20_000


@dataclass
class Ask:
    """One request in the terms of all dialects.

    turns   [(role, text)] in order; "tool" turns are results of tools
    tools   [{"name", "description", "schema"}]; `choice` is "auto", "none", "required" or the name of one
    called  names of tools that were called before in this conversation
    schema  a JSON Schema that the answer has to fit, or None; `json` asks for some object
    limit   tokens at most, or None; stop: texts that end the answer
    """

    model: str
    turns: list
    tools: list = field(default_factory=list)
    choice: str = "auto"
    called: frozenset = frozenset()
    schema: object = None
    json: bool = False
    limit: object = None
    stop: list = field(default_factory=list)
    stream: bool = False

    @property
    def question(self):
        """What the person said last, on one line."""
        said = next((text for role, text in reversed(self.turns) if role == "user" and text.strip()), "")
        return " ".join(said[: 8 * QUOTED].split())[:QUOTED]

    def mark(self):
        """Twelve hexadecimal digits that name the request."""
        parts = [self.model, self.turns, self.tools, self.choice, self.schema, self.json]
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode("utf-8", "replace")).hexdigest()[
            :12
        ]


@dataclass
class Reply:
    """`ended` is "stop", "length", "stop_text" or "tools"; `calls` are [(name, arguments)]."""

    mark: str
    text: str
    calls: list
    ended: str
    tokens_in: int
    tokens_out: int
    stopped_by: object = None

    def pieces(self):
        """The text as a stream gives it, joined again the same text."""
        return pieces(self.text)


def pieces(text):
    words = re.findall(r"\s*\S+\s*", text) or ([text] if text else [])
    size = -(-len(words) // PIECES) or 1
    return ["".join(words[at : at + size]) for at in range(0, len(words), size)]


def tokens(text):
    """About as many as the usual tokenisers find."""
    return -(-len(text) // 4)


def reply(ask):
    """Return the `Reply` to an `Ask`; Unfit when its schema cannot be filled."""
    mark = ask.mark()
    tokens_in = sum(tokens(text) + 4 for _, text in ask.turns) + sum(
        tokens(json.dumps(tool["schema"])) for tool in ask.tools
    )
    tool = wanted_tool(ask)
    if tool is not None and not lies():
        arguments = fit(tool["schema"], ask.question)
        arguments = arguments if isinstance(arguments, dict) else {}
        spent = tokens(json.dumps(arguments)) + 8
        return Reply(mark, "", [(tool["name"], arguments)], "tools", tokens_in, spent)
    words = spoken(ask)
    if isinstance(ask.schema, dict):
        text = json.dumps(fit(ask.schema, words or ask.question, everywhere=bool(words)), ensure_ascii=False)
    else:
        text = patterned(ask, words) or words or plain(ask, mark)
    text = distorted(text)
    ended, stopped_by = "stop", None
    for stop in ask.stop:
        before, found, _ = text.partition(stop)
        if found:
            text, ended, stopped_by = before, "stop_text", stop
    if ask.limit is not None and tokens(text) > ask.limit:
        text, ended, stopped_by = text[: 4 * ask.limit], "length", None
    return Reply(mark, text, [], ended, tokens_in, max(1, tokens(text)), stopped_by)


def wanted_tool(ask):
    """The tool to call: the demanded one; else, before any result, the one that fits the question; else none."""
    tools = ask.tools[:MAX_TOOLS]
    if not tools or ask.choice == "none":
        return None
    named = next((tool for tool in tools if tool["name"] == ask.choice), None)
    if named is not None and ask.choice not in ("auto", "required"):
        return named
    fresh = [tool for tool in tools if tool["name"] not in ask.called]
    if ask.choice == "required":
        return best(fresh or tools, ask.question)[1]
    if ask.turns and ask.turns[-1][0] == "tool":
        return None
    score, tool = best(fresh, ask.question) if fresh else (0, None)
    return tool if score else None


def best(tools, question):
    """(words in common, tool) of the one that shares most words with a question, the first of equals."""
    asked = stems(question)
    scored = [(len(asked & stems(f"{tool['name']} {tool['description'][:500]}")), tool) for tool in tools]
    return max(scored, key=lambda row: row[0])


def stems(text):
    return {word[:5] for word in re.findall(r"[a-z]{4,}", text.lower().replace("_", " "))} - {"this", "that", "with"}


def plain(ask, mark):
    """The text of an ordinary answer; prompts that want one word get one."""
    asked = "\n".join(text[-4_000:] for role, text in ask.turns if role in ("system", "user"))[-12_000:]
    if NUMBER.search(asked):
        return "7"
    if YES_NO.search(asked):
        return "True" if "true or false" in asked.lower() else "Yes"
    choice = ONE_OF.search(asked)
    if choice:
        return choice[1].strip()
    results = [" ".join(text[:QUOTED].split()) for role, text in ask.turns if role == "tool"]
    found = f" The tools found: {results[-1]}." if results else ""
    return (
        f"This is a prepared answer of the evaluation's model gateway. You asked: “{ask.question}”.{found} "
        f"It was given {len(ask.turns)} messages for the model {ask.model[:80]} and has the reference {mark}."
    )


def patterned(ask, words=""):
    """JSON in the shape that a prompt shows, filled with the words, when it asks for JSON; "" when it does not."""
    persona, words = bool(words), words or ask.question
    said = "\n".join(text[-PATTERN_CHARACTERS:] for role, text in ask.turns if role in ("system", "user"))
    if not ask.json and "json" not in said.lower():
        return ""
    shapes = [shape for text in blocks(said[-2 * PATTERN_CHARACTERS :]) if (shape := shape_of(text, words))]
    if shapes:
        said_so = {name: words if isinstance(value, str) else value for name, value in shapes[-1].items()}
        return json.dumps(said_so if persona else shapes[-1], ensure_ascii=False)
    if not ask.json:
        return ""
    names = re.findall(r"[\"'`]([A-Za-z_]\w{0,40})[\"'`]", said)[-20:] or ["answer"]
    return json.dumps(dict.fromkeys(names, words or "text"), ensure_ascii=False)


def blocks(text):
    """Texts between braces that belong together, the outermost ones; at most MAX_PATTERNS."""
    found, depth, start = [], 0, 0
    for brace in re.finditer(r"[{}]", text):
        if brace[0] == "{":
            start = brace.start() if depth == 0 else start
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                found.append(text[start : brace.end()])
    return found[-MAX_PATTERNS:]


def shape_of(text, words):
    """An object like the shown one: filled by it when it is a schema, itself when it is JSON, else by its names."""
    try:
        shown = json.loads(text)
    except (ValueError, RecursionError):
        kinds = {"[": [], "{": {}, "t": True, "f": False}
        return {name: 1 if sign.isdigit() else kinds.get(sign, words or "text") for name, sign in MEMBER.findall(text)}
    if not isinstance(shown, dict):
        return {}
    if isinstance(shown.get("properties"), dict) and ("type" in shown or "required" in shown):
        try:
            return fit(shown, words)
        except Unfit:
            return {}
    return shown if len(text) < MAX_STEPS else {}
