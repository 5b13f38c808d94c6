"""Who a client is: SCRAM-SHA-256 and SCRAM-SHA-1 (RFC 5802, RFC 7677), and users made by a command."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from errors import Refused
from pymongo.saslprep import saslprep
from session import Document, Server, Session, command

HASHES = {"SCRAM-SHA-1": ("sha1", 10_000), "SCRAM-SHA-256": ("sha256", 15_000)}
# Asked before anybody has said who they are.
OPEN = frozenset({"hello", "ismaster", "ping", "buildinfo", "saslstart", "saslcontinue", "endsessions", "logout"})
FAILED = "Authentication failed."


@dataclass
class Proof:
    """An exchange after its first message: what the client has to know, and what it is told in the end."""

    user: str
    hash: str
    salted: bytes
    said: str
    nonce: str
    done: bool = False


@command("saslStart")
def begin(session: Session, body: Document) -> Document:
    """The server's first message; an unknown user is told nothing that a known one is not."""
    name, iterations = HASHES.get(str(body.get("mechanism")), ("", 0))
    if not name:
        raise Refused(2, f"Unsupported mechanism on authentication attempt: {body.get('mechanism')}")
    _, _, bare = bytes(body["payload"]).decode().split(",", 2)
    said = _parts(bare)
    user = said["n"].replace("=2C", ",").replace("=3D", "=")
    salt = hashlib.sha256(f"{name} {user}".encode()).digest()[: 16 if name == "sha1" else 28]
    salted = hashlib.pbkdf2_hmac(name, _secret(session.server, name, user), salt, iterations)
    nonce = said["r"] + base64.b64encode(secrets.token_bytes(18)).decode()
    first = f"r={nonce},s={base64.b64encode(salt).decode()},i={iterations}"
    session.proof = Proof(user, name, salted, f"{bare},{first}", nonce)
    return {"conversationId": 1, "done": False, "payload": first.encode()}


@command("saslContinue")
def go_on(session: Session, body: Document) -> Document:
    """The client's proof, answered by the server's own; then whatever it still sends."""
    proof = session.proof
    if not isinstance(proof, Proof):
        raise Refused(17, "No SASL session state found")
    if proof.done:
        return {"conversationId": 1, "done": True, "payload": b""}
    message = bytes(body["payload"]).decode()
    without, _, sent = message.rpartition(",p=")
    signed = f"{proof.said},{without}".encode()
    key = hmac.digest(proof.salted, b"Client Key", proof.hash)
    stored = hashlib.new(proof.hash, key).digest()
    wanted = bytes(a ^ b for a, b in zip(key, hmac.digest(stored, signed, proof.hash), strict=True))
    if _parts(without).get("r") != proof.nonce or not hmac.compare_digest(base64.b64encode(wanted).decode(), sent):
        session.proof = None
        raise Refused(18, FAILED)
    proof.done, session.user = True, proof.user
    own = hmac.digest(hmac.digest(proof.salted, b"Server Key", proof.hash), signed, proof.hash)
    return {"conversationId": 1, "done": True, "payload": b"v=" + base64.b64encode(own)}


@command("createUser", "updateUser")
def make_user(session: Session, body: Document) -> Document:
    """A user with all rights: this stand-in knows who somebody is, and no roles."""
    name = str(body.get("createUser") or body.get("updateUser"))
    if "createUser" in body and name in session.server.users:
        raise Refused(51003, f'User "{name}@{session.database}" already exists')
    if session.server.users and "pwd" in body:
        session.server.users[name] = str(body["pwd"])
    return {}


@command("usersInfo")
def users(session: Session, _body: Document) -> Document:
    return {"users": [{"user": name, "db": "admin", "roles": []} for name in session.server.users]}


def check_known(session: Session, name: str) -> None:
    """Refused when this connection has not said who it is and has to."""
    if session.server.users and not session.user and name.lower() not in OPEN:
        raise Refused(13, f"Command {name} requires authentication")


def _secret(server: Server, hash_name: str, user: str) -> bytes:
    password = server.users.get(user) or secrets.token_hex()
    if hash_name == "sha1":
        return hashlib.md5(f"{user}:mongo:{password}".encode(), usedforsecurity=False).hexdigest().encode()
    return str(saslprep(password)).encode()


def _parts(text: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.split(",") if "=" in part)
