"""Start the service: `python -m guidebook`."""

import os
import sys

import uvicorn

if not os.environ.get("OPENAI_API_KEY"):
    sys.exit("OPENAI_API_KEY is not set: give the key of a provider, and OPENAI_BASE_URL if it is not OpenAI.")

uvicorn.run(
    "guidebook.main:app",
    host="0.0.0.0",
    port=int(os.environ.get("PORT", "8000")),
    log_config=None,
    access_log=False,
    timeout_graceful_shutdown=10,
)
