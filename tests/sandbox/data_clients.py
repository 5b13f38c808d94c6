"""Clients of data services in plain sockets, run inside a pod: `python -c "$(cat this)" KIND` prints what it was told.

Standard library only, and no driver: it runs on the bare Python image, as the team's own code would.
"""

import base64
import hashlib
import hmac
import json
import socket
import struct
import sys
import urllib.request

USER, PASSWORD, DATABASE = "sam", "s3cret", "shop"


def connect(port):
    return socket.create_connection(("127.0.0.1", port), 20).makefile("rwb", buffering=0)


def exactly(stream, count):
    data = b""
    while len(data) < count:
        data += stream.read(count - len(data)) or sys.exit(f"the connection ended after {data!r}")
    return data


def redis(*commands, password=""):
    """RESP2: each command's answer, lists without their lengths."""
    stream = connect(6379)
    for words in (["AUTH", password], *commands) if password else commands:
        coded = b"".join(b"$%d\r\n%s\r\n" % (len(word), word.encode()) for word in words)
        stream.write(b"*%d\r\n" % len(words) + coded)
        print(words[0], _resp(stream))


def _resp(stream):
    line = stream.readline().rstrip(b"\r\n")
    kind, rest = line[:1], line[1:].decode()
    if kind == b"$":
        return exactly(stream, int(rest) + 2)[:-2].decode()
    if kind == b"*":
        return [_resp(stream) for _ in range(int(rest))]
    return rest


def postgres(*queries):
    """Protocol 3.0 with SCRAM-SHA-256, simple queries."""
    stream = connect(5432)
    start = struct.pack("!i", 196608) + f"user\0{USER}\0database\0{DATABASE}\0\0".encode()
    stream.write(struct.pack("!i", len(start) + 4) + start)
    _scram(stream)
    for query in queries:
        _send(stream, b"Q", query.encode() + b"\0")
        for kind, body in _messages(stream):
            if kind == b"D":
                (size,) = struct.unpack("!i", body[2:6])
                print(body[6 : 6 + size].decode())


def _messages(stream):
    """Up to ReadyForQuery."""
    while True:
        kind, size = struct.unpack("!ci", exactly(stream, 5))
        body = exactly(stream, size - 4)
        if kind == b"E":
            sys.exit(f"PostgreSQL says {body!r}")
        yield kind, body
        if kind == b"Z":
            return


def _send(stream, kind, body):
    stream.write(kind + struct.pack("!i", len(body) + 4) + body)


def _scram(stream):
    """RFC 5802 as PostgreSQL speaks it."""
    bare, messages = "n=,r=assay", _messages(stream)
    next(messages)
    first = b"n,," + bare.encode()
    _send(stream, b"p", b"SCRAM-SHA-256\0" + struct.pack("!i", len(first)) + first)
    challenge = next(messages)[1][4:].decode()
    said = dict(part.split("=", 1) for part in challenge.split(","))
    salted = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), base64.b64decode(said["s"]), int(said["i"]))
    key = hmac.digest(salted, b"Client Key", "sha256")
    last = f"c=biws,r={said['r']}"
    signature = hmac.digest(hashlib.sha256(key).digest(), f"{bare},{challenge},{last}".encode(), "sha256")
    proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, signature, strict=True))).decode()
    _send(stream, b"p", f"{last},p={proof}".encode())
    for _ in messages:
        pass


def mysql(*queries):
    """Protocol 10 with mysql_native_password, text results of one column."""
    stream = connect(3306)
    greeting = _packet(stream)
    version, rest = greeting[1:].split(b"\0", 1)
    print(version.decode())
    nonce = rest[4:12] + rest[31:43]
    inner = _sha1(PASSWORD.encode())
    outer = _sha1(nonce + _sha1(inner))
    answer = bytes(a ^ b for a, b in zip(inner, outer, strict=True))
    flags = 0x1 | 0x8 | 0x200 | 0x8000 | 0x80000
    body = struct.pack("<IIB23x", flags, 1 << 24, 45) + USER.encode() + b"\0" + bytes([20]) + answer
    _put(stream, body + DATABASE.encode() + b"\0mysql_native_password\0", 1)
    _accepted(_packet(stream))
    for query in queries:
        _put(stream, b"\x03" + query.encode(), 0)
        head = _accepted(_packet(stream))
        if head[0] == 0:
            continue
        while _packet(stream)[0] != 0xFE:
            pass
        while (row := _packet(stream))[0] != 0xFE:
            print(row[1 : 1 + row[0]].decode())


def _sha1(data):
    return hashlib.sha1(data, usedforsecurity=False).digest()


def _packet(stream):
    head = exactly(stream, 4)
    return exactly(stream, int.from_bytes(head[:3], "little"))


def _put(stream, body, number):
    stream.write(len(body).to_bytes(3, "little") + bytes([number]) + body)


def _accepted(packet):
    return packet if packet[0] != 0xFF else sys.exit(f"MySQL says {packet!r}")


def memcached():
    stream = connect(11211)
    for words in (b"version\r\n", b"set a 0 0 5\r\nhello\r\n", b"get a\r\n"):
        stream.write(words)
        print(stream.readline().decode().strip())
    print(stream.readline().decode().strip())


def rabbitmq():
    """AMQP 0-9-1 up to Connection.Tune, which only a known user is sent."""
    stream = connect(5672)
    stream.write(b"AMQP\0\0\x09\x01")
    print(_method(stream))
    answer = f"\0{USER}\0{PASSWORD}".encode()
    body = struct.pack("!HHI", 10, 11, 0) + b"\x05PLAIN" + struct.pack("!I", len(answer)) + answer + b"\x05en_US"
    stream.write(struct.pack("!BHI", 1, 0, len(body)) + body + b"\xce")
    print(_method(stream))


def _method(stream):
    _, _, size = struct.unpack("!BHI", exactly(stream, 7))
    return struct.unpack("!HH", exactly(stream, size + 1)[:4])


def chroma():
    base = "http://127.0.0.1:8000/api/v2/tenants/default_tenant/databases/default_database/collections"
    made = _json(base, {"name": "notes"})
    at = f"{base}/{made['id']}"
    _json(f"{at}/add", {"ids": ["a", "b"], "embeddings": [[1, 0], [0, 1]], "documents": ["first", "second"]})
    found = _json(f"{at}/query", {"query_embeddings": [[0.1, 0.9]], "n_results": 1, "include": ["documents"]})
    print(found["documents"][0][0])


def _json(url, document):
    request = urllib.request.Request(url, json.dumps(document).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


if __name__ == "__main__":
    globals()[sys.argv[1]](*json.loads(sys.argv[2]), **json.loads(sys.argv[3]))
