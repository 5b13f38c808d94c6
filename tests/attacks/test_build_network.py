"""Attacks of a build step on what is around it: the host, its gateways, other builds, the way out itself."""

import itertools
import json
import socket
import threading
from pathlib import Path
from textwrap import dedent

import pytest

from tests.attacks.conftest import last_report
from tests.containers import build

# Every address of this machine, as a step could guess them: the kernel's own list is the worst case.
CONTACT = dedent("""
    import json, socket, sys
    reached = []
    for address in sys.argv[2:]:
        try:
            socket.create_connection((address, int(sys.argv[1])), timeout=3).close()
            reached.append(address)
        except OSError:
            pass
    print(json.dumps({"reached": reached}))
""")
# Straight to the proxy, which is a step's only way: status lines of its answers.
ASK = dedent("""
    import json, socket, sys
    answers = {}
    for request in json.loads(sys.argv[1]):
        with socket.create_connection(("127.0.0.1", 3128), timeout=30) as door:
            door.sendall(request.encode())
            answers[request] = door.recv(4096).decode("latin-1").split("\\r\\n")[0]
    print(json.dumps({"answers": list(answers.values())}))
""")


def own_addresses():
    """Addresses of this machine as others on its networks see them: the gateways of the engine's bridges among them."""
    found = {entry[4][0] for entry in socket.getaddrinfo(socket.gethostname(), None)}
    lines = Path("/proc/net/fib_trie").read_text(encoding="ascii").splitlines()
    found |= {one.split()[-1] for one, then in itertools.pairwise(lines) if "host LOCAL" in then}
    return sorted(address for address in found if not address.startswith("127."))


@pytest.fixture
def step(engine, python_image, evaluation, limits, tmp_path):
    """`step(code, *arguments)` runs Python code in a build and returns the JSON that it printed."""
    folder = tmp_path / "context"
    folder.mkdir()

    def go(code, *arguments, **options):
        (folder / "attack.py").write_text(code)
        command = json.dumps(["python3", "/attack.py", *arguments])
        dockerfile = f"FROM {python_image}\nCOPY attack.py /\nRUN {command}\n"
        _, log = build(engine, evaluation, folder, dockerfile, limits=limits, **options)
        return last_report(log.encode())

    return go


@pytest.fixture
def listener():
    """A listener on every address of this machine that may be contacted: (port, contacts)."""
    contacts = []
    server = socket.create_server(("", 0))

    def listen():
        while True:
            try:
                connection, address = server.accept()
            except OSError:
                return
            contacts.append(address[0])
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
            connection.close()

    threading.Thread(target=listen, daemon=True).start()
    yield server.getsockname()[1], contacts
    server.close()


def test_step_reaches_no_service_of_the_host(step, canary):
    report = step(CONTACT, str(canary.port), "127.0.0.1", "::1", *own_addresses())
    assert report == {"reached": []}


def test_step_on_a_bridge_reaches_the_host(step, listener):
    report = step(CONTACT, str(listener[0]), *own_addresses(), trusted=True)
    assert report["reached"]
    assert listener[1]


def requests_to(port, *hosts):
    return json.dumps([f"CONNECT {host}:{port} HTTP/1.1\r\nHost: x\r\n\r\n" for host in hosts])


def test_proxy_connects_to_no_address_inside(step, canary):
    hosts = ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0.0.0.0", *own_addresses()]
    report = step(ASK, requests_to(canary.port, *hosts))
    assert len(report["answers"]) == len(hosts)
    assert all(" 403 " in answer for answer in report["answers"])


def test_proxy_connects_to_no_metadata_address(step):
    """Refused before a packet leaves: link-local and private addresses, by number and in disguise."""
    hosts = ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "10.0.0.1", "192.168.0.1", "100.64.0.1"]
    report = step(ASK, json.dumps([f"CONNECT {host}:80 HTTP/1.1\r\n\r\n" for host in hosts]))
    assert [answer.split()[1] for answer in report["answers"]] == ["403"] * len(hosts)


def test_proxy_takes_no_other_requests(step, canary):
    requests = [
        f"POST http://127.0.0.1:{canary.port}/ HTTP/1.1\r\n\r\n",
        f"GET http://127.0.0.1:{canary.port}/ HTTP/1.1\r\n\r\n",
        f"GET http://user:pass@127.0.0.1:{canary.port}/ HTTP/1.1\r\n\r\n",
        "GET file:///etc/passwd HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
    ]
    report = step(ASK, json.dumps(requests))
    assert not any(" 200 " in answer for answer in report["answers"])


def test_named_host_may_have_a_private_address(step, listener, monkeypatch):
    """What the proxy refuses above it would reach if a site named it: so the refusals can fail."""
    port, contacts = listener
    address = next(address for address in own_addresses() if ":" not in address)
    monkeypatch.setenv("ASSAY_BUILD_HOSTS", f"{address}:{port}")
    report = step(ASK, json.dumps([f"GET http://{address}:{port}/ HTTP/1.1\r\n\r\n"]))
    assert report["answers"] == ["HTTP/1.1 200 OK"]
    assert contacts


def test_step_knows_no_names_and_has_no_other_interface(step):
    code = dedent("""
        import json, os, socket
        try:
            socket.getaddrinfo("example.org", 80)
            names = True
        except OSError:
            names = False
        print(json.dumps({"names": names, "interfaces": os.listdir("/sys/class/net")}))
    """)
    assert step(code) == {"names": False, "interfaces": ["lo"]}


def test_builds_at_the_same_time_do_not_meet(engine, python_image, step, limits, tmp_path):
    """A server in one build's namespace is not there in another's."""
    folder = tmp_path / "neighbour"
    folder.mkdir()
    serving, done = threading.Event(), threading.Event()
    code = "import http.server as h; print('serving', flush=True); h.test(h.SimpleHTTPRequestHandler, port=8765)"
    serve = json.dumps(["timeout", "20", "python3", "-u", "-c", code])
    outcome = []

    def neighbour():
        try:
            dockerfile = f"FROM {python_image}\nRUN {serve}\n"
            build(
                engine, "test-neighbour", folder, dockerfile, on_line=lambda line: line == "serving" and serving.set()
            )
        except Exception as error:  # noqa: BLE001 - the end of the time is how it ends; anything else is looked at below
            outcome.append(error)
        done.set()

    thread = threading.Thread(target=neighbour)
    thread.start()
    try:
        assert serving.wait(60)
        assert step(CONTACT, "8765", "127.0.0.1") == {"reached": []}
        assert not done.is_set()
    finally:
        thread.join()
    assert "non-zero code: 124" in str(outcome[0])


def test_packages_can_still_be_installed(engine, python_image, evaluation, tmp_path):
    """The same network lets pip through: the index that this machine's clients use."""
    dockerfile = f"FROM {python_image}\nRUN pip download --no-deps --no-cache-dir -d /tmp/x six==1.17.0 && ls /tmp/x\n"
    _, log = build(engine, evaluation, tmp_path, dockerfile)
    assert "six-1.17.0" in log


def test_build_says_which_host_it_could_not_reach(engine, python_image, evaluation, tmp_path, monkeypatch):
    monkeypatch.setenv("ASSAY_BUILD_HOSTS", "index.example.org")
    lines = []
    dockerfile = (
        f"FROM {python_image}\nRUN python3 -c \"import urllib.request as u; u.urlopen('https://example.net')\"\n"
    )
    with pytest.raises(Exception, match="non-zero code"):
        build(engine, evaluation, tmp_path, dockerfile, on_line=lines.append)
    assert lines[-1] == "# The way out of the build: example.net:443 refused"


def test_java_is_told_of_the_door_and_nothing_stays_in_the_image(engine, python_image, evaluation, limits, tmp_path):
    """Programs on a Java machine read no proxy variables: where a step runs one, it gets options instead."""
    dockerfile = f"FROM {python_image}\nRUN echo options: $JAVA_TOOL_OPTIONS # as mvn would\n"
    image, log = build(engine, evaluation, tmp_path, dockerfile, limits=limits)
    assert "-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=3128" in log
    assert not any("JAVA" in name for name in image.config["env_names"])
    _, log = build(engine, evaluation, tmp_path, f"FROM {python_image}\nRUN echo options: $JAVA_TOOL_OPTIONS\n")
    assert "proxyHost" not in log
