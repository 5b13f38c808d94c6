"""The server's entry point: live streams on raw ASGI, every page on WSGI in a thread pool beside them.

Django's own ASGI path answers pages several times slower than its WSGI path (docs/decisions/0004), so a page never
takes it; one process and one port serve both.
"""

import os
from typing import Any

from a2wsgi import WSGIMiddleware

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from config.wsgi import application as pages
from evaluations.live import PREFIX, live

_pages = WSGIMiddleware(pages, workers=int(os.environ.get("ASSAY_WEB_THREADS", "8")))


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Dispatch one connection; a websocket or lifespan scope is nothing that we serve."""
    if scope["type"] != "http":
        return
    if scope["path"].startswith(PREFIX):
        await live(scope, receive, send)
    else:
        await _pages(scope, receive, send)
