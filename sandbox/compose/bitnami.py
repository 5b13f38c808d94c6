"""Bitnami's images of data services as the official ones of the same kind, whose variables have other names.

Source of the names: the READMEs of Bitnami's containers and of the official images.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_IMAGE = re.compile(
    r"(?:(?:docker\.io|registry-1\.docker\.io|public\.ecr\.aws|ghcr\.io|quay\.io)/)?"
    r"bitnami(?:legacy|secure)?/(?P<name>[\w-]+)(?::(?P<tag>[\w.-]+))?(?:@\S+)?"
)


@dataclass(frozen=True)
class _Official:
    """`parts` of a version are kept: which of them the official image's tags have. `names` are variables."""

    image: str
    parts: int = 2
    names: Mapping[str, str] = field(default_factory=dict)


_POSTGRES = _Official(
    "postgres",
    1,
    {
        "POSTGRESQL_USERNAME": "POSTGRES_USER",
        "POSTGRESQL_PASSWORD": "POSTGRES_PASSWORD",
        "POSTGRESQL_POSTGRES_PASSWORD": "POSTGRES_PASSWORD",
        "POSTGRESQL_DATABASE": "POSTGRES_DB",
    },
)
_REDIS = _Official("redis")
_OFFICIAL = {
    "postgresql": _POSTGRES,
    "postgresql-repmgr": _POSTGRES,
    "redis": _REDIS,
    "valkey": _Official("valkey/valkey"),
    "mysql": _Official("mysql"),
    "mariadb": _Official("mariadb"),
    "memcached": _Official("memcached"),
    "mongodb": _Official(
        "mongo",
        2,
        {
            "MONGODB_ROOT_USER": "MONGO_INITDB_ROOT_USERNAME",
            "MONGODB_ROOT_PASSWORD": "MONGO_INITDB_ROOT_PASSWORD",
            "MONGODB_DATABASE": "MONGO_INITDB_DATABASE",
        },
    ),
    "rabbitmq": _Official(
        "rabbitmq", 2, {"RABBITMQ_USERNAME": "RABBITMQ_DEFAULT_USER", "RABBITMQ_PASSWORD": "RABBITMQ_DEFAULT_PASS"}
    ),
}
_PASSWORDS = {"redis": ("redis-server", "REDIS_PASSWORD"), "valkey": ("valkey-server", "VALKEY_PASSWORD")}


@dataclass(frozen=True)
class Official:
    """The official image, what it is told, and the command that it needs for that, None for its own."""

    image: str
    env: dict[str, str]
    command: tuple[str, ...] | None


def as_official(image: str, env: Mapping[str, str], command: tuple[str, ...] | None) -> Official | None:
    """The same service by the official image; None for an image that is not one of Bitnami's data services."""
    found = _IMAGE.fullmatch(image)
    official = _OFFICIAL.get(found["name"]) if found else None
    if found is None or official is None:
        return None
    version = re.match(r"\d+(?:\.\d+)*", found["tag"] or "")
    tag = ".".join(version[0].split(".")[: official.parts]) if version else ""
    given: dict[str, str] = {}
    for name, value in env.items():
        # Two of PostgreSQL's mean one here: the user's own password counts before the administrator's.
        given[official.names.get(name, name)] = given.get(official.names.get(name, name)) or value
    if found["name"].startswith("postgresql"):
        user = env.get("POSTGRESQL_PASSWORD")
        given |= {"POSTGRES_PASSWORD": user} if user else {}
        if env.get("ALLOW_EMPTY_PASSWORD") == "yes" and not given.get("POSTGRES_PASSWORD"):
            given["POSTGRES_HOST_AUTH_METHOD"] = "trust"
    if command is None and found["name"] in _PASSWORDS:
        server, variable = _PASSWORDS[found["name"]]
        command = (server, "--requirepass", env[variable]) if env.get(variable) else None
    return Official(official.image + (f":{tag}" if tag else ""), given, command)
