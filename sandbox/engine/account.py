"""Which number a user of an image has: file systems in memory have to belong to the one who writes in them."""

from __future__ import annotations

import io
import tarfile

from sandbox.engine.api import Api, EngineRefusal

USERS = "/etc/passwd"
USERS_BYTES = 1024 * 1024


def number_of(api: Api, image: str, user: str) -> int:
    """The user's number in an image: as written, or by the image's own list of users; 0 when it is not in there.

    `user` is that of the image's configuration: "", "app", "app:group", "1000" or "1000:1000".
    """
    name = user.partition(":")[0]
    if not name or name.isdigit():
        return int(name or 0)
    container = api.create("", {"Image": image, "Cmd": ["-"], "HostConfig": {"NetworkMode": "none"}})
    try:
        return _look_up(_read(api, container), name)
    finally:
        api.remove(container)


def _look_up(users: str, name: str) -> int:
    """passwd(5): name, password, number, ... between colons."""
    for line in users.splitlines():
        fields = line.split(":")
        if len(fields) > 2 and fields[0] == name and fields[2].isdigit():
            return int(fields[2])
    return 0


def _read(api: Api, container: str) -> str:
    """The list of users of a container that never ran, at most USERS_BYTES of it; "" when it is no plain file."""
    archive = bytearray()
    try:
        stream = api.archive(container, USERS)
    except EngineRefusal:
        return ""
    for chunk in stream:
        archive += chunk
        if len(archive) > USERS_BYTES:
            stream.close()
            break
    try:
        with tarfile.open(fileobj=io.BytesIO(bytes(archive))) as tar:
            member = tar.next()
            file = tar.extractfile(member) if member is not None and member.isreg() else None
            return file.read(USERS_BYTES).decode("utf-8", "replace") if file is not None else ""
    except tarfile.TarError:
        return ""
