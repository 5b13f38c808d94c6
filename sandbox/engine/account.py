"""Which number a user of an image has: file systems in memory have to belong to the one who writes in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sandbox.engine.api import Api
from sandbox.engine.written import read

USERS = "/etc/passwd"
USERS_BYTES = 1024 * 1024
HIGHEST = 2**31 - 1  # the engine starts nobody with a higher one


def number_of(
    api: Api, image: str, user: str, *, name: str, labels: Mapping[str, str], volumes: Iterable[str] = ()
) -> int:
    """The user's number in an image: as written, or by the image's own list of users; 0 when it is not in there.

    `user` is that of the image's configuration: "", "app", "app:group", "1000" or "1000:1000". `name` and `labels` are
    those of the container that is made to look, and never started; `volumes` are what the image declares.
    """
    account = user.partition(":")[0]
    if not account or _is_number(account):
        return _bounded(account)
    # Covered volumes: for others the engine copies what the image has there to the host's disk, at once and unbounded.
    covered = dict.fromkeys(volumes, "size=4k")
    host = {"NetworkMode": "none", "Tmpfs": covered}
    document = {"Image": image, "Cmd": ["-"], "Labels": dict(labels), "HostConfig": host}
    container = api.create(name, document)
    try:
        return _look_up(read(api, container, USERS, USERS_BYTES).decode("utf-8", "replace"), account)
    finally:
        api.remove(container)


def _look_up(users: str, name: str) -> int:
    """passwd(5): name, password, number, ... between colons."""
    for line in users.splitlines():
        fields = line.split(":")
        if len(fields) > 2 and fields[0] == name and _is_number(fields[2]):
            return _bounded(fields[2])
    return 0


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _bounded(text: str) -> int:
    number = int(text[:20] or 0)
    return number if number <= HIGHEST else 0
