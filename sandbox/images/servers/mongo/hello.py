"""Commands by which a driver learns whom it talks to, and those that ask for nothing."""

from __future__ import annotations

import datetime
import uuid

from bson import ObjectId
from bson.binary import Binary
from errors import Refused
from scram import begin
from session import Document, Session, command

VERSION = "7.0.0"
MAX_WIRE = 21  # MongoDB 7.0
PROCESS = ObjectId()


@command("hello", "isMaster")
def hello(session: Session, body: Document) -> Document:
    told: Document = {
        "helloOk": True,
        "isWritablePrimary" if "hello" in body else "ismaster": True,
        "maxBsonObjectSize": 16 * 1024 * 1024,
        "maxMessageSizeBytes": 48_000_000,
        "maxWriteBatchSize": 100_000,
        "localTime": datetime.datetime.now(datetime.UTC),
        "logicalSessionTimeoutMinutes": 30,
        "connectionId": session.number,
        "minWireVersion": 0,
        "maxWireVersion": MAX_WIRE,
        "readOnly": False,
    }
    if name := session.server.replica_set:
        me = f"localhost:{session.server.port}"  # every service of a stack is there, under whatever name
        told |= {"setName": name, "setVersion": 1, "secondary": False, "hosts": [me], "me": me, "primary": me}
        told |= {"electionId": PROCESS}
    if isinstance(asked := body.get("saslSupportedMechs"), str):
        known = asked.partition(".")[2] in session.server.users
        told |= {"saslSupportedMechs": ["SCRAM-SHA-1", "SCRAM-SHA-256"]} if known else {}
    if isinstance(early := body.get("speculativeAuthenticate"), dict) and session.server.users:
        told |= {"speculativeAuthenticate": begin(session, early)}
    return told


@command("ping", "endSessions", "refreshSessions", "killSessions", "logout", "fsync", "setParameter", "replSetInitiate")
def nothing(_session: Session, _body: Document) -> Document:
    return {}


@command("buildInfo")
def build_info(_session: Session, _body: Document) -> Document:
    numbers = [int(part) for part in VERSION.split(".")]
    return {"version": VERSION, "versionArray": [*numbers, 0], "gitVersion": "stand-in", "modules": [], "bits": 64}


@command("serverStatus")
def status(session: Session, _body: Document) -> Document:
    return {"host": "localhost", "version": VERSION, "process": "mongod", "connections": {"current": session.number}}


@command("hostInfo")
def host_info(_session: Session, _body: Document) -> Document:
    return {"system": {"hostname": "localhost"}, "os": {"type": "Linux"}, "extra": {}}


@command("replSetGetStatus")
def replica_set(session: Session, _body: Document) -> Document:
    if not session.server.replica_set:
        raise Refused(76, "not running with --replSet")
    member = {
        "_id": 0,
        "name": f"localhost:{session.server.port}",
        "health": 1.0,
        "state": 1,
        "stateStr": "PRIMARY",
        "self": True,
    }
    return {"set": session.server.replica_set, "myState": 1, "members": [member]}


@command("getParameter")
def parameter(_session: Session, body: Document) -> Document:
    known = {"featureCompatibilityVersion": {"version": VERSION[:3]}}
    return {name: value for name, value in known.items() if name in body}


@command("getCmdLineOpts")
def command_line(_session: Session, _body: Document) -> Document:
    return {"argv": ["mongod"], "parsed": {}}


@command("getLog")
def log(_session: Session, _body: Document) -> Document:
    return {"totalLinesWritten": 0, "log": []}


@command("connectionStatus")
def connection_status(session: Session, _body: Document) -> Document:
    users = [{"user": session.user, "db": "admin"}] if session.user else []
    return {"authInfo": {"authenticatedUsers": users, "authenticatedUserRoles": []}}


@command("startSession")
def start_session(_session: Session, _body: Document) -> Document:
    return {"id": {"id": Binary.from_uuid(uuid.uuid4())}, "timeoutMinutes": 30}
