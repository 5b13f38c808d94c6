"""Wait until the service answers HTTP, find its port and a path that truly says it is healthy.

Request:  {"ports": [int], "taken": [int], "paths": [str], "boot_s": float}; `taken` are others' ports
Result:   {"state": "healthy"|"alive"|"failed", "why": "never_listens"|"loopback_only"|"answers_nothing"|
           "answers_errors"|"", "port", "health_path", "ready_after_s", "listening": [...],
           "candidates": [{"path", "status", "why"}], "openapi": path|None}
Event:    {"waited_s": float, "listening": int} a few times a second.

`alive`: something answered HTTP. `healthy`: a path that means health answered 2xx with a body that does not say
otherwise and that differs from the answer to a random path.
"""

import json
import re
import secrets
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from http_client import NoAnswer, request
from listening import listening
from wire import event, read_request, result

POLL_S = 0.25
# Until something listens, which costs the service nothing to be looked for.
QUICK_S, QUICK_FOR_S = 0.03, 10.0
ASK_S = 5.0
# Ports that nobody expects are tried a few a round and not for long: a service may listen on thousands.
STRANGE_PORTS, STRANGE_S = 8, 1.0
SHOWN_PORTS = 64
USUAL = ["/health", "/healthz", "/api/health", "/ready", "/readyz", "/livez", "/ping", "/status", "/_stcore/health"]
OPENAPI = ["/openapi.json", "/api/openapi.json", "/swagger.json"]
# After the first answer a service may still be loading its model: this long a 5xx or no health is not the last word.
SETTLE_S = 8.0
# A server that listens on loopback alone rarely opens another port after this.
LOOPBACK_S = 15.0
BAD_WORDS = {"error", "fail", "failed", "failing", "unhealthy", "down", "unavailable", "not ready", "degraded"}

# A title or heading that names an error: "500 Internal Server Error", "Application error".
BAD_PAGE = re.compile(
    rb"<(?:title|h1)[^>]{0,200}>[^<]{0,200}\b(?:error|exception|unavailable|bad gateway)\b", re.IGNORECASE
)
HEADING_BYTES = 16 * 1024


def main():
    asked = read_request()
    started = time.monotonic()
    ends = started + asked["boot_s"]
    seen = {"state": "failed", "why": "never_listens", "port": None, "health_path": None, "ready_after_s": None}
    seen |= {"listening": [], "candidates": [], "openapi": None}
    answered_at = loopback_at = None
    turn, told_at = 0, -POLL_S
    while time.monotonic() < ends:
        rows = [row for row in listening() if row["port"] not in asked.get("taken", ())]
        seen["listening"] = shown(rows, asked["ports"])
        waited = time.monotonic() - started
        if waited - told_at >= POLL_S:
            event(waited_s=round(waited, 2), listening=len(rows))
            told_at = waited
        if rows:
            look(seen, asked, rows, started=started, ends=ends, turn=turn)
            turn += 1
            if seen["state"] == "healthy":
                break
            if seen["why"] == "loopback_only":
                loopback_at = loopback_at or time.monotonic()
                if time.monotonic() - loopback_at > LOOPBACK_S:
                    break
            if seen["state"] == "alive" or seen["why"] == "answers_errors":
                answered_at = answered_at or time.monotonic()
                if time.monotonic() - answered_at > SETTLE_S:
                    break
        time.sleep(QUICK_S if not rows and waited < QUICK_FOR_S else POLL_S)
    result(seen)


def shown(rows, ports):
    """At most SHOWN_PORTS rows, the expected ports first."""
    return sorted(rows, key=lambda row: (row["port"] not in ports, row["port"]))[:SHOWN_PORTS]


def look(seen, asked, rows, *, started, ends, turn):
    """Try the expected ports that listen, and some of the others, until `ends`."""
    expected = {port: number for number, port in enumerate(asked["ports"])}
    open_ports = sorted({row["port"] for row in rows if not row["loopback"]}, key=lambda p: (expected.get(p, 99), p))
    if not open_ports:
        # It would answer us here, because we share its namespace, but nobody else could ever reach it.
        seen["why"] = "loopback_only"
        return
    seen["why"] = "answers_nothing"
    usual = [port for port in open_ports if port in expected]
    strange = [port for port in open_ports if port not in expected]
    first = turn * STRANGE_PORTS % max(1, len(strange))
    for port in [*usual, *(strange[first:] + strange[:first])[:STRANGE_PORTS]]:
        nonsense = "/" + secrets.token_hex(8)
        odd = ask(port, nonsense, ends, ASK_S if port in expected or len(open_ports) == 1 else STRANGE_S)
        if odd is None:
            continue
        ready = seen["ready_after_s"]
        seen |= {"port": port, "ready_after_s": round(time.monotonic() - started, 3) if ready is None else ready}
        judge(seen, asked["paths"], port, odd, ends)
        return


def judge(seen, paths, port, odd, ends):
    """Ask the candidate paths; `odd` is the answer to a path that cannot exist."""
    wanted = [path for path in OPENAPI if seen["openapi"] is None]
    for path in wanted:
        answer = ask(port, path, ends)
        if answer is not None and answer.status == 200 and b'"paths"' in answer.body:
            seen["openapi"] = path
            break
    candidates, statuses = [], [odd.status]
    for path in dict.fromkeys([*paths, *USUAL]):
        answer = ask(port, path, ends)
        why = "no answer" if answer is None else unhealthy(answer, odd)
        candidates.append({"path": path, "status": answer and answer.status, "why": why})
        if answer is not None:
            statuses.append(answer.status)
        if answer is not None and not why:
            seen |= {"state": "healthy", "why": "", "health_path": path, "candidates": candidates}
            return
    root = ask(port, "/", ends)
    if root is not None:
        statuses.append(root.status)
        candidates.append({"path": "/", "status": root.status, "why": "the front page says nothing of health"})
    seen["candidates"] = candidates
    if all(status >= 500 for status in statuses) or (root is not None and root.status >= 500):
        seen |= {"state": "failed", "why": "answers_errors"}
    else:
        seen |= {"state": "alive", "why": ""}


def ask(port, path, ends, total_s=ASK_S):
    """The answer, or None; never beyond `ends`, so that a service that keeps us waiting ends as its own fault."""
    left = ends - time.monotonic()
    if left <= 0:
        return None
    try:
        return request(port, "GET", path, total_s=min(total_s, left))
    except NoAnswer:
        return None


def unhealthy(answer, odd):  # noqa: PLR0911 - one reason a line
    """Why this answer does not mean health; "" when it does."""
    if not 200 <= answer.status < 300:
        return f"answered {answer.status}"
    if answer.status == odd.status and answer.body == odd.body:
        return "the same answer as to a path that does not exist"
    # Whoever says yes to everything may say it in other words each time. A page as the answer to everything is
    # judged below: beside it a path of another kind may well mean something.
    if 200 <= odd.status < 300 and answer.content_type == odd.content_type != "text/html":
        return "a path that does not exist is answered with success, too"
    # Some say "ok" as text/html (Streamlit's own health path does), so only what looks like a page counts as one.
    if answer.content_type == "text/html" and odd.status == 200 and b"<" in answer.body[:1024]:
        return "a page that answers every path"
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict):
        for name, value in document.items():
            if isinstance(value, str) and name.lower() in ("status", "state", "health") and value.lower() in BAD_WORDS:
                return f"its body says {name} is {value[:40]}"
            if value is False and name.lower() in ("ok", "healthy", "ready", "alive", "model_loaded"):
                return f"its body says {name} is false"
    elif answer.body.strip().decode("utf-8", "replace").lower() in BAD_WORDS:
        return "its body says that it is not healthy"
    elif b"Traceback (most recent call last)" in answer.body or BAD_PAGE.search(answer.body[:HEADING_BYTES]):
        return "the page of an error, sent as a success"
    return ""


if __name__ == "__main__":
    main()
