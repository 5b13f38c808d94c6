"""The names by which applications that call models call things; first the likeliest."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Members that take what a person says; "messages" takes a list of turns.
QUESTION = ("question", "query", "prompt", "message", "user_message", "user_input", "input", "text", "q", "messages")
ASKS = re.compile(
    r"ask|chat|query|question|answer|generat|complet|assist|rag|prompt|message|summar|search", re.IGNORECASE
)
# What has text in it and is not asked.
NOT_ASKED = re.compile(
    r"document|upload|ingest|index|feedback|rating|login|register|auth|token|health|metric|admin|user", re.IGNORECASE
)
STREAMS = re.compile(r"stream|sse", re.IGNORECASE)
TAKES_DOCUMENTS = re.compile(r"document|doc(?:s)?\b|upload|ingest|index|knowledge|corpus|file", re.IGNORECASE)
DOCUMENT = ("text", "content", "body", "document", "page_content", "markdown", "data")
# Members that say how a document is called.
CALLED = ("title", "name", "filename", "file_name", "source", "document_name", "doc_name")
TAKES_FEEDBACK = re.compile(r"feedback|rating|rate\b|thumb|vote", re.IGNORECASE)
USER = re.compile(
    r"^(?:x[-_])?(?:user|user[-_]?id|username|session|session[-_]?id|tenant|tenant[-_]?id|client[-_]?id)$",
    re.IGNORECASE,
)
ARM = re.compile(
    r"^(?:variant|arm|experiment|bucket|ab|ab_?(?:group|variant|arm)|group|prompt_variant)$", re.IGNORECASE
)
IDS = ("id", "document_id", "doc_id", "documentId", "uuid", "file_id")


def first_of(names: Iterable[str], among: Iterable[str]) -> str:
    """The first name that is among others, whatever its case; "" when none is."""
    known = {name.lower(): name for name in among}
    return next((known[name] for name in names if name in known), "")
