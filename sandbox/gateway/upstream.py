"""The real provider of a site, as its settings say, and the one way in which it is asked: from the worker, bounded.

ASSAY_MODEL_PROVIDER_URL         base address of an OpenAI-compatible interface ("https://api.example.org/v1")
ASSAY_MODEL_PROVIDER_KEY_FILE    a file with its key, or the key itself in ASSAY_MODEL_PROVIDER_KEY; may be empty
ASSAY_MODEL_PROVIDER_MODEL       the model that answers, whatever an application names
ASSAY_MODEL_PROVIDER_EMBEDDINGS  the same for embeddings; without it these stay prepared
ASSAY_MODEL_BUDGET_TOKENS        tokens of one evaluation, in and out (100,000)
ASSAY_MODEL_BUDGET_COST          money of one evaluation, in the currency of
ASSAY_MODEL_PRICES               "IN/OUT" for a million tokens; needed for a budget of money
ASSAY_MODEL_MAX_TOKENS           the longest answer (1,024)
"""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sandbox.faults import HostFault
from sandbox.gateway.budget import Budget

TIMEOUT_S, ANSWER_BYTES = 60.0, 384 * 1024
PATHS = {"chat": "/chat/completions", "response": "/responses", "embedding": "/embeddings"}


class Unanswered(Exception):
    """The provider did not answer as it should: our fault, no application's. `is_charged`: it may count the call."""

    def __init__(self, why: str, *, is_charged: bool = False) -> None:
        super().__init__(why)
        self.is_charged = is_charged


@dataclass(frozen=True, repr=False)
class Upstream:
    """No repr: the key must not get into a log."""

    url: str
    key: str
    model: str
    embeddings: str
    max_tokens: int
    tokens: int
    cost: float | None
    prices: tuple[float, float]

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def budget(self) -> Budget:
        """A fresh one, for one evaluation."""
        return Budget(self.tokens, self.cost, *self.prices)

    def ask(self, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The provider's document of one request; Unanswered tells why there is none, without the key."""
        parts = urlsplit(self.url)
        kind_of = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind_of(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        headers |= {"Authorization": f"Bearer {self.key}"} if self.key else {}
        try:
            connection.request("POST", parts.path.rstrip("/") + PATHS[kind], json.dumps(body).encode(), headers)
            answer = connection.getresponse()  # a redirect is not followed: the key is for this address
            text = answer.read(ANSWER_BYTES + 1)
        except (OSError, http.client.HTTPException) as error:
            raise Unanswered(type(error).__name__, is_charged=isinstance(error, TimeoutError)) from error
        finally:
            connection.close()
        if answer.status != 200:
            raise Unanswered(f"status {answer.status}")
        try:
            document = json.loads(text) if len(text) <= ANSWER_BYTES else None
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise Unanswered(f"no document, or one of more than {ANSWER_BYTES} bytes", is_charged=True)
        return document


def upstream() -> Upstream | None:
    """What the settings say, None without an address; HostFault("setting_invalid") names one that is wrong."""
    url = _setting("PROVIDER_URL").rstrip("/")
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise _invalid("ASSAY_MODEL_PROVIDER_URL must be an address over http or https, without a login")
    model = _setting("PROVIDER_MODEL")
    if not model:
        raise _invalid("ASSAY_MODEL_PROVIDER_MODEL must name the model that answers")
    key_file = _setting("PROVIDER_KEY_FILE")
    try:
        key = Path(key_file).read_text(encoding="utf-8").strip() if key_file else _setting("PROVIDER_KEY")
    except OSError as error:
        raise _invalid(f"ASSAY_MODEL_PROVIDER_KEY_FILE cannot be read ({error.strerror})") from None
    try:
        tokens = int(_setting("BUDGET_TOKENS") or 100_000)
        longest = int(_setting("MAX_TOKENS") or 1_024)
        cost = float(_setting("BUDGET_COST")) if _setting("BUDGET_COST") else None
        price_in, _, price_out = (_setting("PRICES") or "0/0").partition("/")
        prices = (float(price_in), float(price_out))
    except ValueError as error:
        raise _invalid(f"a number of the model provider's settings is none ({error})") from None
    if cost is not None and prices == (0.0, 0.0):
        raise _invalid(
            "ASSAY_MODEL_BUDGET_COST needs ASSAY_MODEL_PRICES, such as 2.5/10 for a million tokens in and out"
        )
    return Upstream(url, key, model, _setting("PROVIDER_EMBEDDINGS"), longest, tokens, cost, prices)


def _setting(name: str) -> str:
    return os.environ.get(f"ASSAY_MODEL_{name}", "").strip()


def _invalid(why: str) -> HostFault:
    return HostFault("setting_invalid", why, fix="Change or unset it; see docs/operating.md.")
