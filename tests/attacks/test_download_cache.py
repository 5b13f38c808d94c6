"""Attacks on the cache of downloads: whether a team, an index or a wire can put into it what another team gets."""

import contextlib
import hashlib
import http.client
import socket
import threading

import pytest

from tests.attacks.fetching import identity
from tests.package_index import Door, Index, own_addresses, tarball, wheel
from tests.sandbox.test_inside import load

load("downloads_store")

NAME, GOOD = wheel("bread")
_, EVIL = wheel("bread", text="VALUE = 'poison'\n")


def sha256(body):
    return f"sha256-{hashlib.sha256(body).hexdigest()}"


@pytest.fixture
def index():
    with Index() as index:
        index.project("bread", {NAME: GOOD})
        yield index


@pytest.fixture
def door(index, tmp_path):
    with Door(tmp_path, index) as door:
        yield door


def test_file_is_fetched_once_and_then_served_from_the_store(index, door, tmp_path):
    """What all the attacks below are about; a second door is a second build."""
    assert door.file("bread", NAME)[:2] == (200, GOOD)
    with Door(tmp_path, index) as second:
        assert second.file("bread", NAME)[:2] == (200, GOOD)
    assert index.asked[f"/files/bread/{NAME}"] == 1
    assert door.kept() == [sha256(GOOD)]
    assert door.half() == []


@pytest.mark.parametrize(
    "path",
    [
        f"/-/pypi/files/bread/../poison/{NAME}",
        f"/-/pypi/files/bread%2F..%2Fpoison/{NAME}",
        f"/-/pypi/files/bread/%2e%2e/{NAME}",
        "/-/pypi/files/bread/../../../../etc/passwd",
        "/-/pypi/files/bread/..%2f..%2f..%2fpartial%2fx",
        f"/-/pypi/files//{NAME}",
        f"/-/pypi/files/Bread/{NAME}",
        f"/-/pypi/files/bread/{sha256(GOOD)}",
        f"/files/{sha256(GOOD)}",
        "/../files/x",
    ],
    ids=lambda path: path.replace(sha256(GOOD), "HASH").replace("/", "|")[:60],
)
def test_path_names_nothing_but_a_file_that_the_index_lists(index, door, path):
    index.project("poison", {NAME: EVIL})
    status, body, _ = door.get(path)
    assert status in (307, 404, 503)
    assert EVIL not in body
    assert door.kept() == []
    assert door.file("bread", NAME)[1] == GOOD


def test_query_chooses_no_other_bytes(index, door):
    """A query could make an index give something else under the same path: such a request is the index's own affair."""
    index.put("/simple/bread/?poison", b"", Location="x")
    for query in ("?poison", f"?url={index.url}/evil", "?"):
        status, body, headers = door.get(f"/-/pypi/simple/bread/{query}")
        assert (status, body) == (307, b"") or query == "?"
        assert headers.get("Location", index.url).startswith(index.url)
    assert door.get(f"/-/pypi/files/bread/{NAME}?poison=1")[0] == 307
    assert door.kept() == []
    assert door.file("bread", NAME)[1] == GOOD


def test_lying_hash_keeps_nothing_and_serves_nothing(index, door):
    """The upstream's page states one hash and its file has another: a broken or a hostile mirror."""
    index.project("bread", {NAME: EVIL}, stated={NAME: hashlib.sha256(GOOD).hexdigest()})
    status, body, headers = door.file("bread", NAME)
    assert (status, body) == (307, b"")
    assert headers["Location"] == f"{index.url}/files/bread/{NAME}"
    assert (door.kept(), door.half()) == ([], [])
    door.until(lambda: any("WrongBytes" in one.get("why", "") for one in door.told))


def test_long_file_with_a_lying_hash_ends_as_one_that_is_cut_off(index, door):
    """It is handed on while it comes, so that nobody waits; its end is held back until the whole is right."""
    name, long = wheel("long", size=1_000_000)
    index.project("long", {name: long}, stated={name: "0" * 64})
    gate = threading.Event()

    def slowly(handler):
        handler.answer(200, {}, long[:500_000], length=len(long))
        gate.wait(30)
        handler.wfile.write(long[500_000:])

    index.pages[f"/files/long/{name}"] = slowly
    door.page("long")
    with socket.create_connection(("127.0.0.1", door.port), timeout=30) as wire, wire.makefile("rb") as answer:
        wire.sendall(f"GET /-/pypi/files/long/{name} HTTP/1.1\r\n\r\n".encode())
        seen = answer.read(300_000)
        gate.set()
        seen += answer.read()
    assert seen.startswith(b"HTTP/1.1 200 OK")
    assert len(seen) < len(long)
    assert not seen.endswith(b"\r\n0\r\n\r\n")
    assert door.kept() == []
    assert door.get(f"/-/pypi/files/long/{name}")[0] == 307


def test_second_project_cannot_take_the_name_of_a_file(index, door):
    """A project of the attacker's own lists a file of the same name, with its own bytes, and with the other's hash."""
    index.project("poison", {NAME: EVIL})
    assert door.file("poison", NAME)[1] == EVIL
    assert door.file("bread", NAME)[1] == GOOD
    index.project("liar", {"evil-1.0.tar.gz": EVIL}, stated={"evil-1.0.tar.gz": hashlib.sha256(b"new").hexdigest()})
    assert door.file("liar", "evil-1.0.tar.gz")[0] == 307
    assert door.kept() == sorted([sha256(GOOD), sha256(EVIL)])


def test_page_that_says_two_things_of_one_file_is_not_believed(index, door):
    digests = [hashlib.sha256(body).hexdigest() for body in (EVIL, GOOD)]
    page = "".join(f'<a href="/files/{number}/{NAME}#sha256={one}">x</a>' for number, one in enumerate(digests))
    index.put("/simple/bread/", page.encode(), Content_Type="text/html")
    _, body, _ = door.page("bread")
    assert f"{index.url}/files/0/{NAME}".encode() in body  # both stay as the index has them, and pip decides
    assert door.get(f"/-/pypi/files/bread/{NAME}")[0] == 404
    assert door.kept() == []


def test_redirect_of_a_file_leads_to_no_other_bytes(index, door):
    index.put(f"/files/bread/{NAME}", b"", 302, Location="/elsewhere")
    index.put("/elsewhere", EVIL)
    assert door.file("bread", NAME)[0] == 307
    assert index.asked["/elsewhere"] == 1
    assert door.kept() == []


def test_redirect_leads_to_no_service_inside(index, door):
    """An index, or who stands in for it, sends the platform's own process to what a build may not reach."""
    with socket.create_server(("127.0.0.1", 0)) as bait:
        bait.settimeout(0.2)
        place = f"http://127.0.0.1:{bait.getsockname()[1]}/"
        index.put(f"/files/bread/{NAME}", b"", 302, Location=place)
        assert door.file("bread", NAME)[0] == 307
        index.put("/simple/other/", f'<a href="{place}{NAME}#sha256={"0" * 64}">x</a>'.encode())
        assert door.file("other", NAME)[0] == 307
        index.put("/simple/third/", b"", 302, Location=place)
        assert door.page("third")[2]["Location"] == f"{index.url}/simple/third/"
        with pytest.raises(TimeoutError):
            bait.accept()


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH", "MKCOL", "HEAD", "OPTIONS"])
def test_build_cannot_write(index, door, method):
    door.file("bread", NAME)
    body = None if method == "HEAD" else EVIL
    for path in (f"/-/pypi/files/bread/{NAME}", "/-/pypi/simple/bread/", "/bread", f"/files/{sha256(EVIL)}"):
        status, _, _ = door.get(path, method=method, headers={"Content-Length": str(len(body or b""))}, body=body)
        assert status == 307  # to the index itself, by the same method: what a build could do without a cache
    assert door.kept() == [sha256(GOOD)]
    assert door.file("bread", NAME)[1] == GOOD


def test_second_request_hidden_behind_the_first_is_answered_as_itself(door):
    """Requests in one packet, and a body that looks like one: each head is read by itself, and a body ends it all."""
    hidden = f"GET /-/pypi/files/bread/{NAME} HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection(("127.0.0.1", door.port), timeout=30) as wire:
        wire.sendall(f"GET /-/pypi/simple/bread/ HTTP/1.1\r\nContent-Length: {len(hidden)}\r\n\r\n{hidden}".encode())
        with wire.makefile("rb") as answers:
            said = answers.read()
    assert said.count(b"HTTP/1.1 200 OK") == 1


def test_login_is_neither_taken_nor_handed_on(index, door):
    """A private package, fetched with a token of the team, is nothing for others."""
    assert door.get("/-/pypi/simple/bread/", headers={"Authorization": "Basic c2VjcmV0"})[0] == 307
    assert index.asked["/simple/bread/"] == 0
    door.get("/-/pypi/simple/bread/", headers={"Cookie": "secret", "X-Forwarded-For": "secret"})
    assert "secret" not in repr(index.headers)


def test_cut_download_is_not_kept(index, door, tmp_path):
    index.pages[f"/files/bread/{NAME}"] = lambda handler: handler.answer(200, {}, GOOD[:50], length=len(GOOD))
    assert door.file("bread", NAME)[0] == 307
    assert (door.kept(), door.half()) == ([], [])
    index.put(f"/files/bread/{NAME}", GOOD)
    with Door(tmp_path, index) as next_build:
        assert next_build.file("bread", NAME)[1] == GOOD


def test_killed_build_leaves_nothing_that_counts(index, tmp_path):
    """Its process is gone in the middle of a file: the half is no file, and the next build begins again."""
    name, long = wheel("long", size=1_000_000)
    index.project("long", {name: long})
    gate, begun = threading.Event(), threading.Event()

    def slowly(handler):
        handler.answer(200, {}, long[:500_000], length=len(long))
        begun.set()
        gate.wait(30)

    index.pages[f"/files/long/{name}"] = slowly
    with Door(tmp_path, index) as first:
        first.page("long")
        reader = threading.Thread(target=ask, args=(first, f"/-/pypi/files/long/{name}", []))
        reader.start()
        assert begun.wait(30)
        first.until(first.half)
        first.process.kill()
        first.process.wait()
        reader.join()
    gate.set()
    index.put(f"/files/long/{name}", long)
    with Door(tmp_path, index) as second:
        assert second.until(lambda: not second.half())
        assert second.file("long", name)[1] == long
    assert index.asked[f"/files/long/{name}"] == 2


def ask(door, path, answers):
    """In a thread: an answer that is cut off is none."""
    with contextlib.suppress(http.client.HTTPException, OSError):
        answers.append(door.get(path))


@pytest.mark.parametrize("ends", ["whole", "killed"])
def test_download_by_two_builds_is_one(index, door, tmp_path, ends):
    """The second reads along, and goes on by itself when the first is killed."""
    name, long = wheel("long", size=2_000_000)
    index.project("long", {name: long})
    gate, begun = threading.Event(), threading.Event()

    def slowly(handler):
        handler.answer(200, {}, long[:1_000_000], length=len(long))
        begun.set()
        gate.wait(30)
        with contextlib.suppress(OSError):  # nobody reads any more
            handler.wfile.write(long[1_000_000:])

    index.pages[f"/files/long/{name}"] = slowly
    answers = []
    with Door(tmp_path, index) as first:
        for build in (first, door):
            build.page("long")
        reader = threading.Thread(target=ask, args=(first, f"/-/pypi/files/long/{name}", answers))
        reader.start()
        assert begun.wait(30)
        with socket.create_connection(("127.0.0.1", door.port), timeout=30) as wire:
            wire.sendall(f"GET /-/pypi/files/long/{name} HTTP/1.1\r\nConnection: close\r\n\r\n".encode())
            seen = b""
            while len(seen) < 900_000:  # the first half, while the other build still fetches
                seen += wire.recv(65536)
            if ends == "killed":
                index.put(f"/files/long/{name}", long)
                first.process.kill()
            gate.set()
            while data := wire.recv(65536):
                seen += data
        reader.join()
    assert seen.endswith(b"0\r\n\r\n")
    assert door.kept() == [sha256(long)]
    assert index.asked[f"/files/long/{name}"] == (1 if ends == "whole" else 2)
    assert [body for _, body, _ in answers] == ([long] if ends == "whole" else [])


def test_file_that_the_disk_has_changed_is_fetched_again(index, door):
    door.file("bread", NAME)
    (door.store / "files" / sha256(GOOD)).write_bytes(EVIL)
    assert door.file("bread", NAME)[1] == GOOD
    assert index.asked[f"/files/bread/{NAME}"] == 2


def test_page_is_asked_for_anew_every_time(index, door, tmp_path):
    """Nothing stale decides: a file that the index has taken back is not served, one that is new is there at once."""
    door.file("bread", NAME)
    newer, body = wheel("bread", "2.0")
    index.project("bread", {newer: body})
    with Door(tmp_path, index) as second:
        assert second.file("bread", NAME)[0] == 404
        assert second.file("bread", newer)[1] == body
        assert second.page("bread")[0] == 200  # by its ETag, from the store
    assert "If-None-Match" in index.headers["/simple/bread/"]


@pytest.mark.parametrize(
    "page",
    [
        (500, {}, b"broken"),
        (200, {"Content-Type": "text/html"}, b"<html>Log in to the network of the campus</html>"),
        (200, {"Content-Type": "text/html"}, b"\xff\xfe\x00"),
        (200, {"Content-Type": "application/vnd.pypi.simple.v1+json"}, b'{"meta": {"api-version": "2.0"}}'),
        (200, {"Content-Type": "application/vnd.pypi.simple.v1+json"}, b'{"meta": 1, "files": [' + b"[" * 100_000),
        (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, b"no gzip"),
        (200, {"Content-Type": "text/html"}, b"x" * (25 * 1024**2)),
        (401, {"WWW-Authenticate": "Basic"}, b""),
    ],
    ids=["broken", "portal", "no text", "new version", "deep", "no gzip", "too long", "login"],
)
def test_index_of_an_unknown_shape_is_left_to_the_build(index, door, page):
    index.pages["/simple/bread/"] = page
    status, body, headers = door.page("bread")
    assert (status, body, headers["Location"]) == (307, b"", f"{index.url}/simple/bread/")
    index.project("bread", {NAME: GOOD})
    assert door.file("bread", NAME)[1] == GOOD


def test_index_that_is_away_is_left_to_the_build(index, tmp_path):
    with socket.create_server((index.server_address[0], 0)) as gone:
        index.host = f"{index.server_address[0]}:{gone.getsockname()[1]}"
        index.url = f"http://{index.host}"
    with Door(tmp_path, index) as door:
        assert door.page("bread")[0] == 307


def test_store_that_cannot_be_used_is_no_failure(index, tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "files").write_text("in the way")
    with Door(tmp_path, index) as door:
        status, _, headers = door.page("bread")
        assert (status, headers["Location"]) == (307, f"{index.url}/simple/bread/")


def test_index_over_tls_has_to_be_who_it_says(tmp_path, monkeypatch):
    """In the middle of the wire stands another, with a certificate of its own."""
    import ssl

    address = next(one for one in own_addresses() if ":" not in one)
    pem = tmp_path / "identity.pem"
    pem.write_bytes(identity(address))
    with Index() as index:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        index.socket = context.wrap_socket(index.socket, server_side=True)
        index.url = index.url.replace("http://", "https://")
        index.project("bread", {NAME: GOOD})
        for trusted, status in ((False, 307), (True, 200)):
            with Door(tmp_path, index, env={"SSL_CERT_FILE": str(pem)} if trusted else {}) as door:
                assert door.file("bread", NAME)[0] == (status if trusted else 503)
                assert door.page("bread")[0] == status


def test_build_fetches_no_more_than_it_may(index, tmp_path):
    name, long = wheel("long", size=1_000_000)
    index.project("long", {name: long})
    with Door(tmp_path, index, fetch_bytes=100_000) as door:
        assert door.file("long", name)[0] == 307
        assert door.kept() == []
        assert door.file("bread", NAME)[1] == GOOD


def test_tarball_is_served_by_what_its_version_states(index, door):
    """Without the package's document, as `npm ci` asks by a lock file."""
    index.package("@team/bread", {"1.0.0": tarball("@team/bread")})
    index.package("bread", {"1.0.0": tarball("bread"), "2.0.0": b"lie"}, stated={"2.0.0": b"0" * 64})
    assert door.get("/bread/-/bread-1.0.0.tgz")[1] == tarball("bread")
    assert door.get("/@team/bread/-/bread-1.0.0.tgz")[1] == tarball("@team/bread")
    assert door.get("/bread/-/bread-2.0.0.tgz")[0] == 307
    assert door.get("/bread/-/bread-3.0.0.tgz")[0] == 307
    assert door.get("/bread/-/..%2f..%2fpoison/-/poison-1.0.0.tgz")[0] == 307
    assert len(door.kept()) == 2


def test_document_of_another_package_is_not_believed(index, door):
    """The registry answers for `bread` with the document of `poison`."""
    index.package("poison", {"1.0.0": tarball("poison")})
    index.pages["/bread"] = index.pages["/poison"]
    index.pages["/bread/1.0.0"] = index.pages["/poison/1.0.0"]
    assert door.get("/bread")[0] == 307
    assert door.get("/bread/-/bread-1.0.0.tgz")[0] == 307
    assert door.kept() == []
