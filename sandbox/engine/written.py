"""What a container wrote, read through the engine: which paths are new or changed, how large, and the text of one."""

from __future__ import annotations

import base64
import io
import json
import tarfile

from sandbox.engine import Changes
from sandbox.engine.api import Api, EngineRefusal

# The engine lists every change in one document; this is some fifty thousand paths.
LISTED_BYTES = 8 * 1024 * 1024
DELETED = 2  # kind of a change in the Engine API: 0 changed, 1 added
# Bits of Go's os.FileMode for a folder, link, device, pipe, socket, character device and what is irregular.
NO_PLAIN_FILE = 1 << 31 | 1 << 27 | 1 << 26 | 1 << 25 | 1 << 24 | 1 << 21 | 1 << 19
TAR_BLOCKS = 64 * 1024


def changes(api: Api, container: str) -> Changes:
    """What was added or changed in the container's own layer; file systems in memory are not in it."""
    said = bytearray()
    stream = api.changes(container)
    for chunk in stream:
        said += chunk
        if len(said) > LISTED_BYTES:
            stream.close()
            break
    complete = len(said) <= LISTED_BYTES
    text = bytes(said) if complete else bytes(said[: said.rfind(b"}") + 1]) + b"]"
    rows = json.loads(text or b"null") or []
    return Changes(tuple(sorted(str(row["Path"]) for row in rows if row["Kind"] != DELETED)), complete)


def size_of(api: Api, container: str, path: str) -> int | None:
    """Bytes of a regular file, None of anything else (a link is not followed) and of what is not there."""
    try:
        header = api.stat(container, path)
    except EngineRefusal:
        return None
    described = json.loads(base64.b64decode(header))
    return None if int(described["mode"]) & NO_PLAIN_FILE else int(described["size"])


def read(api: Api, container: str, path: str, limit: int) -> bytes:
    """The first `limit` bytes of a regular file; b"" of anything else and of what is not there."""
    archive = bytearray()
    try:
        stream = api.archive(container, path)
    except EngineRefusal:
        return b""
    for chunk in stream:
        archive += chunk
        if len(archive) > limit + TAR_BLOCKS:
            stream.close()
            break
    try:
        with tarfile.open(fileobj=io.BytesIO(bytes(archive))) as tar:
            member = tar.next()
            file = tar.extractfile(member) if member is not None and member.isreg() else None
            return file.read(limit) if file is not None else b""
    except tarfile.TarError:
        return b""
