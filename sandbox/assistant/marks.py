"""Words that nothing else contains: markers that name a question, and nonces that must, or must not, come back."""

from __future__ import annotations

import secrets

from sandbox.gateway.providers import KEY

# The key that the app's environment was given, without the prefixes that providers put before it: it must stay there.
CANARY = KEY


def word(start: str = "zor") -> str:
    """A new word of small letters and digits, one token to every reader."""
    return start + secrets.token_hex(5)
