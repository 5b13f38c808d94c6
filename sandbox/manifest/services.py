"""The data services that a manifest asks for: companions of the app, and the variables by which it finds them."""

from __future__ import annotations

from dataclasses import replace

from sandbox.dataservices import DataService, kind_of
from sandbox.manifest import Manifest
from sandbox.plan import After, Companion, Plan
from sandbox.pysource.environment import PLACEHOLDER

# What clients of each kind usually read; {name} is the service, {secret} its password.
VARIABLES = {
    "postgres": {
        "DATABASE_URL": "postgresql://postgres:{secret}@{name}:5432/postgres",
        "POSTGRES_HOST": "{name}",
        "POSTGRES_PORT": "5432",
        "POSTGRES_USER": "postgres",
        "POSTGRES_PASSWORD": "{secret}",
        "POSTGRES_DB": "postgres",
    },
    "mysql": {
        "DATABASE_URL": "mysql://root:{secret}@{name}:3306/app",
        "MYSQL_HOST": "{name}",
        "MYSQL_USER": "root",
        "MYSQL_PASSWORD": "{secret}",
        "MYSQL_DATABASE": "app",
    },
    "redis": {"REDIS_URL": "redis://{name}:6379/0", "REDIS_HOST": "{name}", "REDIS_PORT": "6379"},
    "mongo": {"MONGODB_URI": "mongodb://{name}:27017/", "MONGO_URL": "mongodb://{name}:27017/"},
    "qdrant": {"QDRANT_URL": "http://{name}:6333", "QDRANT_HOST": "{name}"},
    "chroma": {"CHROMA_HOST": "{name}", "CHROMA_PORT": "8000"},
    "rabbitmq": {"RABBITMQ_URL": "amqp://guest:guest@{name}:5672/", "AMQP_URL": "amqp://guest:guest@{name}:5672/"},
    "memcached": {"MEMCACHED_HOST": "{name}", "MEMCACHED_PORT": "11211"},
}
# What their images have to be told for these to hold.
_SETUP = {
    "mysql": {
        "MYSQL_ROOT_PASSWORD": PLACEHOLDER,
        "MARIADB_ROOT_PASSWORD": PLACEHOLDER,
        "MYSQL_DATABASE": "app",
        "MARIADB_DATABASE": "app",
    },
    "postgres": {"POSTGRES_PASSWORD": PLACEHOLDER},
}


def with_services(plan: Plan, manifest: Manifest, port: int) -> Plan:
    """The plan with its data services; TeamFault for one that needs the app's `port`."""
    asked = manifest.get("services") or {}
    named = dict(asked) if isinstance(asked, dict) else _named(asked)
    made: list[Companion] = []
    env: dict[str, str] = {}
    taken = {one.name for one in plan.companions} | {plan.name}
    for name, image in named.items():
        kind = kind_of(image)
        if kind is None or name in taken:
            continue
        if port in kind.ports:
            text = f"{name} listens on port {port} as the app does; both share one network here"
            raise manifest.fault("services", text, f"Give the app another port: port: {port + 80}")
        made.append(_companion(name, image, kind))
        values = VARIABLES.get(kind.id, {})
        env |= {key: text.format(name=name, secret=PLACEHOLDER) for key, text in values.items() if key not in env}
    if not made:
        return plan
    told = ", ".join(f"{one.runtime} as {one.name}" for one in made)
    why = f"{manifest.said('services')} services: {told}; the app finds them by {', '.join(env)}."
    return replace(
        plan,
        env=dict(plan.env) | env,
        companions=(*made, *plan.companions),
        after=(*plan.after, *(After(one.name) for one in made)),
        why=(*plan.why, why),
    )


def _named(images: list[str]) -> dict[str, str]:
    """A list's services by the names of their kinds."""
    found: dict[str, str] = {}
    for image in images:
        kind = kind_of(image)
        name = kind.id if kind else ""
        found[name if name not in found else f"{name}-{len(found) + 1}"] = image
    return found


def _companion(name: str, image: str, kind: DataService) -> Companion:
    return Companion(
        name=name,
        role="data",
        dockerfile=kind.dockerfile(image),
        env=dict(kind.env) | _SETUP.get(kind.id, {}),
        ports=kind.ports,
        runtime=kind.title,
    )
