"""Are there pages that only its developers should see: debuggers, open administration, files of the server?"""

from __future__ import annotations

import re
import secrets
from typing import Any

from sandbox.asking import fetch, get
from sandbox.probes import Probe, Target

# Where such pages are, and what one of them has in it: a page for every path alone gives nobody away.
PAGES = (
    ("/console", "an interactive debugger", r"Interactive Console|EVALEX|werkzeug"),
    ("/.env", "the file of settings", r"^[A-Z][A-Z0-9_]{2,80}\s{0,9}="),
    ("/.git/HEAD", "the repository's history", r"^ref: refs/"),
    ("/.git/config", "the repository's settings", r"^\[core\]"),
    ("/actuator/env", "all settings", r"propertySources|activeProfiles"),
    ("/actuator/heapdump", "the memory", r"JAVA PROFILE"),
    ("/debug/pprof/", "a profiler", r"goroutine|heap profile"),
    ("/debug/vars", "variables of the process", r"memstats|cmdline"),
    ("/server-status", "the web server's state", r"Apache Server Status|Scoreboard"),
    ("/phpinfo.php", "settings of PHP", r"phpinfo\(\)"),
    ("/env", "the environment", r"\"?PATH\"?\s{0,9}[:=]|PYTHON_VERSION|HOSTNAME"),
    (
        "/config",
        "the settings",
        r"(?i)\"[a-z_]{0,40}(?:password|secret|api_?key|token)[a-z_]{0,40}\"\s{0,9}:\s{0,9}\"[^\"*]{3}",
    ),
    ("/debug", "a debug page", r"(?i)\"?(?:environ|env|config)\"?\s{0,9}[:=]|traceback|stack"),
    ("/admin", "administration without a login", r"(?i)<(?:title|h1)[^>]{0,200}>[^<]{0,200}(?:admin|dashboard)"),
    ("/admin/", "administration without a login", r"(?i)<(?:title|h1)[^>]{0,200}>[^<]{0,200}(?:admin|dashboard)"),
    ("/adminer.php", "a database console", r"(?i)adminer"),
    ("/db.sqlite3", "the database", r"^SQLite format 3"),
    ("/app.db", "the database", r"^SQLite format 3"),
)
# A page that asks who one is, or says no, is no open one.
CLOSED = re.compile(r"(?i)type=[\"']?password|log ?in|sign ?in")
# What frameworks write on the page of an error when they run for development.
DEBUG_PAGE = re.compile(
    r"DEBUG = True|Werkzeug Debugger|django\.core|Whoops! There was an error|Symfony Exception|at Layer\.handle"
)
BODY_BYTES = 32 * 1024


def gather(target: Target) -> dict[str, Any]:
    """{asked, open: [{path, what}], debug_page: bool}: what was found, and whether an error shows a debug page."""
    nonsense = get("/" + secrets.token_hex(8))
    answers = fetch(target, [*(get(path) for path, _, _ in PAGES), nonsense], body_bytes=BODY_BYTES, total_s=30.0)
    *pages, odd = answers
    found = [
        {"path": path, "what": what}
        for (path, what, mark), answer in zip(PAGES, pages, strict=True)
        if answer["status"] == 200
        and answer["body"] != odd["body"]
        and re.search(mark, answer["body"], re.MULTILINE)
        and not CLOSED.search(answer["body"])
    ]
    return {"asked": len(PAGES), "open": found, "debug_page": bool(DEBUG_PAGE.search(odd["body"]))}


PROBE = Probe("exposure", 1, 36, "service", "Are there pages that only its developers should see?", gather)
