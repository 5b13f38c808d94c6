"""Attacks of a running service with time and words: floods of output, a start without end, health that is a lie."""

import time
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from sandbox.engine.follow import Follow
from sandbox.faults import TeamFault
from sandbox.limits import MIB
from sandbox.probes import all_probes
from tests.attacks.looking import verdict
from tests.containers import run

FLOODED = 12 * MIB  # the limit is 1 MiB
LOG_FILES = 2  # of 1 MiB each, and what the engine has not yet written into the next
# What is written, how often, to which output.
FLOODS = {
    "lines": ("b'x' * 4095 + b'\\n'", 1),
    "one line": ("b'x' * 4096", 1),
    "errors": ("b'x' * 4095 + b'\\n'", 2),
    "empty lines": ("b'\\n' * 4096", 1),
    "escapes": ("b'\\x1b]0;' * 1024", 1),
    "no UTF-8": ("b'\\xff\\x00\\x80\\n' * 1024", 2),
}
FLOOD = dedent("""
    import os, time
    piece = {piece}
    for _ in range({times}):
        os.write({output}, piece)
    time.sleep(30)
""")


def flood(kind):
    piece, output = FLOODS[kind]
    return FLOOD.format(piece=piece, times=FLOODED // 4096, output=output)


def log_bytes(engine, service):
    """What the engine keeps of a container's output on this machine's disk."""
    path = Path(engine.api.inspect(service.id)["LogPath"])
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))


@pytest.mark.parametrize("kind", FLOODS)
def test_log_flood_ends_the_service_and_stays_small_on_the_host(engine, python, evaluation, limits, kind):
    said = []
    with engine.pod(evaluation, limits) as pod:
        service = pod.start("app", python, command=run(flood(kind)), on_line=said.append)
        state = service.wait(60)
        assert (state.running, state.killed) == (False, "log")
        assert log_bytes(engine, service) <= (LOG_FILES + 1) * MIB
        assert len(service.logs(1_000)) == 1_000
    assert sum(map(len, said)) < FLOODED / 10
    assert not any("\\x1b" in line or "\\x00" in line for line in said)


@pytest.fixture
def unbounded(limits, monkeypatch):
    """Nobody counts what a service writes."""
    monkeypatch.setattr(Follow, "_stop", lambda _follow: None)
    return replace(limits, run_log_bytes=1 << 40)


def test_log_flood_fills_the_disk_without_the_lines(engine, python, evaluation, undefended, unbounded):
    undefended("HostConfig.LogConfig", {"Type": "json-file", "Config": {}})
    with engine.pod(evaluation, unbounded) as pod:
        service = pod.start("app", python, command=run(flood("lines")))
        until = time.monotonic() + 30
        while log_bytes(engine, service) < FLOODED and time.monotonic() < until:
            time.sleep(0.2)
        assert service.state().running
        assert log_bytes(engine, service) >= FLOODED


# A start without end.

BOOT_S = 3.0
LISTEN = "import socket, time; s = socket.create_server(('', 8000)); print('ready', flush=True)\n"
DRIP = """while True:
    link, _ = s.accept()
    for byte in b"HTTP/1.1 200 OK":
        time.sleep(1)
        try: link.send(bytes([byte]))
        except OSError: break
"""
FLICKER = """import socket, time; print("ready", flush=True)
while True:
    s = socket.create_server(("", 8000)); time.sleep(0.2); s.close(); time.sleep(0.2)
"""
EVERYWHERE = """import socket, time; s = [socket.create_server(("", 8000 + n)) for n in range(2000)]
print("ready", flush=True); time.sleep(120)
"""
SILENT = {"answers_nothing"}
# What a service does instead of starting, and what its team is told.
ENDLESS = {
    "listens on nothing": ("print('ready', flush=True); import time; time.sleep(120)", {"never_listens"}),
    "accepts and says nothing": (f"{LISTEN}time.sleep(120)", SILENT),
    "answers a byte a second": (LISTEN + DRIP, SILENT),
    "opens and closes its port": (FLICKER, SILENT | {"never_listens"}),  # as it was when it was last looked at
    "listens everywhere": (EVERYWHERE, SILENT),
}


def boot():
    return next(probe for probe in all_probes() if probe.id == "boot")


@pytest.mark.parametrize("kind", ENDLESS)
def test_start_without_end_ends_at_its_deadline_as_the_teams_fault(look, kind):
    code, why = ENDLESS[kind]
    look.limits = replace(look.limits, boot_s=BOOT_S)
    look.service(code)
    began = time.monotonic()
    with pytest.raises(TeamFault) as fault:
        boot().gather(look.target())
    assert fault.value.id in why
    assert time.monotonic() - began < 60  # a machine under load takes its time for our own container, too


SLOW = (
    "import time; print('ready', flush=True); time.sleep({seconds})\n"
    "import http.server\n"
    "class Handler(http.server.BaseHTTPRequestHandler):\n"
    "    def do_GET(self):\n"
    "        self.send_response(200 if self.path == '/health' else 404); self.end_headers()\n"
    "        self.wfile.write(b'well')\n"
    "http.server.ThreadingHTTPServer(('', 8000), Handler).serve_forever()"
)


def test_slow_start_is_in_time_when_the_deadline_is_later(look):
    """So it is the deadline that ends the starts above."""
    look.limits = replace(look.limits, boot_s=60.0)
    look.service(SLOW.format(seconds=BOOT_S + 2))
    assert boot().gather(look.target())["state"] == "healthy"


# Health that is a lie. `asked` counts the questions to /health, from 1; `agent` is who asks.

LIAR = dedent("""
    import http.server, os, signal, threading, time
    asked = 0
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_): pass
        def do_GET(self):
            global asked
            health = self.path == "/health"
            asked += health
            agent = self.headers.get("User-Agent", "")
            status, body = {lie}
            self.send_response(status); self.send_header("Content-Length", str(len(body))); self.end_headers()
            self.wfile.write(body)
    print("ready", flush=True)
    http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
""")
TRUE_404 = "(404, b'no') if not health else "
LIES = {
    "healthy once": TRUE_404 + "(200, b'well') if asked == 1 else (500, b'down')",
    "healthy to one who asks": TRUE_404 + "(200, b'well') if not agent.startswith(('kube', 'ELB')) else (500, b'')",
    "healthy in turns": TRUE_404 + "(200, b'well') if asked % 2 else (503, b'')",
    "says that it is not": TRUE_404 + '(200, b\'{"status": "down"}\')',
    "success to everything": "(200, b'well')",
}


@pytest.mark.parametrize("lie", LIES)
def test_health_that_is_a_lie_does_not_pass(look, lie):
    look.limits = replace(look.limits, boot_s=2 * BOOT_S)
    look.service(LIAR.format(lie=LIES[lie]))
    assert verdict(look.observe("boot", "health"), "answers_health_path").outcome == "fail"


def test_health_that_is_true_passes(look):
    look.service(LIAR.format(lie=TRUE_404 + "(200, b'well')"))
    assert verdict(look.observe("boot", "health"), "answers_health_path").outcome == "pass"


def test_health_is_believed_once_without_the_second_look(look):
    look.service(LIAR.format(lie=LIES["healthy once"]))
    assert verdict(look.observe("boot"), "answers_health_path").outcome == "pass"


def test_service_that_dies_after_its_first_answer_is_not_healthy(look):
    dying = TRUE_404 + "((200, b'well'), threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGKILL)).start())[0]"
    look.service(LIAR.format(lie=dying))
    try:
        found = verdict(look.observe("boot", "health"), "answers_health_path")
    except TeamFault:
        return  # it was gone before it had answered twice
    assert found.outcome == "fail"


def test_other_service_on_the_port_does_not_answer_for_one_that_is_gone(look):
    """Squatted before the app: both are the team's, and what is judged is whether its service lives."""
    squatter = look.service(LIAR.format(lie=TRUE_404 + "(200, b'well')"))
    app = look.service("import socket; print('ready', flush=True); socket.create_server(('', 8000))", wait=False)
    look.services[:] = [app, squatter]
    app.wait(30)
    with pytest.raises(TeamFault) as fault:
        boot().gather(look.target())
    assert b"Address already in use" in app.logs()
    assert fault.value.id == "port_in_use"
    assert squatter.state().running
