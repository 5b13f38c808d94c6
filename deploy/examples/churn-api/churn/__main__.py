"""Start the service: `python -m churn`."""

import os

import uvicorn

uvicorn.run(
    "churn.main:app",
    host="0.0.0.0",
    port=int(os.environ.get("PORT", "8000")),
    log_config=None,
    access_log=False,
    timeout_graceful_shutdown=10,
)
