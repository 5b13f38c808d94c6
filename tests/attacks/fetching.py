"""The ground of the attacks by fetching: git hosts and baits on loopback, and ways to take defences off one by one.

The worker of these tests is a campus's: its setting opens 127.0.0.2, where its git host listens, and nothing else. A
bait listens on another address or port of loopback. It stands for every service inside that a fetch must not reach.
"""

import datetime
import ipaddress
import os
import socket
import ssl
import threading
from contextlib import ExitStack, suppress
from http.server import ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

import sandbox.source
from sandbox.faults import SandboxError
from sandbox.source import environment, repository, scratch
from sandbox.source import git as runner
from sandbox.source.address import Address
from sandbox.source.confinement import Confinement
from tests.sandbox.sources import get, git, git_host, make_repository

OPEN, CLOSED = "127.0.0.2", "127.0.0.1"
ENVIRONMENT = environment.environment


class Campus:
    """Repositories in `hosted`, served by `serve()`; `bait()` listens where nobody may come."""

    def __init__(self, stack: ExitStack, folder, monkeypatch):
        self.folder, self.hosted = folder, folder / "hosted"
        self._stack, self._patch = stack, monkeypatch
        self.hosted.mkdir()
        self.home = folder / "home"
        self.home.mkdir()
        # The worker's own home, with whatever its user has set up for git.
        monkeypatch.setenv("HOME", str(self.home))
        self._identity = folder / "identity.pem"
        self._identity.write_bytes(identity("localhost", OPEN, CLOSED))
        # A place that git's own user can get to: pytest closes its folders to everybody else.
        self.shared = Path(stack.enter_context(TemporaryDirectory()))
        self.shared.chmod(0o777)
        self.trust = self.shared / "trust.pem"
        self.trust.write_bytes(self._identity.read_bytes().partition(b"-----BEGIN PRIVATE")[0])
        for name in ("SSL_CERT_FILE", "GIT_SSL_CAINFO", "CURL_CA_BUNDLE"):
            monkeypatch.setenv(name, str(self.trust))
        monkeypatch.setenv("ASSAY_PRIVATE_HOSTS", f"{OPEN}/32")

    def repository(self, name="project"):
        """A work folder whose `.git` is hosted as NAME.git."""
        folder = make_repository(self.folder / name)
        (self.hosted / f"{name}.git").symlink_to(folder / ".git")
        git(folder, "config", "uploadpack.allowAnySHA1InWant", "true")
        return folder

    def serve(self, handler=None, *, host=OPEN, port=0):
        """The https address of a server; without a handler, of a git host."""
        server = Server((host, port), handler or git_host(self.hosted))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._identity)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        self._stack.callback(server.server_close)
        self._stack.callback(server.shutdown)
        return f"https://{host}:{server.server_port}"

    def bait(self, host=CLOSED, port=0):
        """A listener that only counts who came."""
        return self._stack.enter_context(Bait(host, port))

    def get(self, url, *, ref="", **options):
        """What a stranger's address gives."""
        return get(url, self.folder, ref, allow_local=False, **options)

    def fault(self, url, **options):
        """What is said of a stranger's address that nothing is fetched from."""
        with pytest.raises(SandboxError) as raised:
            self.get(url, **options)
        return raised.value

    # Defences, taken off.

    def without_address(self):
        """Nobody looks at the address: git gets it as it was handed in."""
        self._patch.setattr(sandbox.source, "checked", lambda url, **_: Address(url))
        self._patch.setattr(Address, "scheme", property(lambda found: found.url.partition(":")[0]))
        self._patch.setattr(Address, "port", property(lambda _: 443))

    def without_cell(self):
        """Git runs as our own user, with our files and the whole network."""
        self._patch.setattr(scratch, "may_change_user", lambda: False)
        self._patch.setattr(Confinement, "command", lambda cell, arguments, *_: [str(cell.git), *arguments])

    def without_environment(self, *, programs=False):
        """Git has the worker's environment, and with it the configuration of its user; `programs`: only ours still."""

        def environment(_, folder, **options):
            kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_CONFIG")}
            if programs:
                kept |= {"PATH": str(folder), "GIT_EXEC_PATH": str(folder)}
            return kept | {"GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "https:http:file:ext"}

        self._patch.setattr(runner, "environment", environment)

    def without_setting(self, **changed):
        """These options of git are set otherwise: `http__followRedirects="true"`; None leaves them out."""
        for name, value in changed.items():
            key = name.replace("__", ".")
            assert key in environment.CONFIG, key
            if value is None:
                self._patch.delitem(environment.CONFIG, key)
            else:
                self._patch.setitem(environment.CONFIG, key, value)

    def without_arguments(self, *beginnings):
        """Git is run without the arguments that begin like this."""
        run = runner.Git.run

        def shorter(git, *arguments, **options):
            return run(git, *(word for word in arguments if not word.startswith(beginnings)), **options)

        self._patch.setattr(runner.Git, "run", shorter)

    def without_programs(self):
        """Git may start everything that came with it."""
        self._patch.setattr(runner, "PROGRAMS", (*runner.PROGRAMS, "git-http-fetch", "git-remote-ext"))

    def without_attributes(self):
        """The attributes of a tree hold: filters, encodings and line ends of the team's."""
        self._patch.setattr(repository, "AS_THEY_ARE", "")


class Server(ThreadingHTTPServer):
    """Says that a connection ends, as TLS asks for, and nothing about visitors who go away."""

    daemon_threads = True

    def shutdown_request(self, request):
        with suppress(OSError):
            request.unwrap()
        super().shutdown_request(request)

    def handle_error(self, *_):
        pass


class Bait:
    """Accepts, remembers, closes. `came` are the first bytes that each visitor sent."""

    def __init__(self, host, port):
        self.came = []
        self._listener = socket.create_server((host, port))
        self.port = self._listener.getsockname()[1]
        self.url = f"https://{host}:{self.port}"

    def __enter__(self):
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()

    def _listen(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(2)
                try:
                    self.came.append(connection.recv(200))
                except OSError:
                    self.came.append(b"")


def identity(*names):
    """A certificate that vouches for itself, and its key, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "assay test")])
    now = datetime.datetime.now(datetime.UTC)
    alternatives = [x509.DNSName(n) if n[0].isalpha() else x509.IPAddress(ipaddress.ip_address(n)) for n in names]
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM) + private
