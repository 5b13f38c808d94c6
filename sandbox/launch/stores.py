"""The data services that an application's own code asks for, where no compose file and no manifest names them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from sandbox.dataservices import DataService, all_data_services
from sandbox.plan import After, Companion, Plan
from sandbox.sourcetext.files import is_aside
from sandbox.sourcetext.placeholders import PLACEHOLDER, without_given
from sandbox.tree import Tree

_MANIFEST = re.compile(r"(?:requirements[\w-]*\.(?:txt|in)|package\.json|pyproject\.toml|Pipfile|environment\.ya?ml)$")
_SOURCE = re.compile(r"\.(?:py|[cm]?[jt]sx?)$|(?:^|/)\.?env[\w.-]*(?:example|sample|template)$")
_SETTING = re.compile(r"\b(?:[A-Z][A-Z0-9_]{3,60}\b|[a-z][a-z0-9_]{3,60}(?=\s*:\s*(?:str|AnyUrl|MongoDsn|HttpUrl)\b))")
# A name that may mean any database; the packages that speak to any but those that have no SQL.
_ANY_DATABASE = re.compile(r"(?:DB|DATABASE|SQL|TYPEORM)")
_ORMS = ("prisma", "sequelize", "sqlalchemy", "typeorm")
# SQLAlchemy's name of a database, the packages that it takes for it by itself, and others that it has to be told of.
_DRIVERS = (
    ("postgresql", ("psycopg2", "psycopg2-binary"), ("asyncpg", "psycopg")),
    ("mysql", ("mysqlclient",), ("aiomysql", "pymysql")),
)
_HERE = r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0)[^\w\n]{0,4}(?:port[^\w\n]{0,3})?"
MOST_SOURCES = 400


def with_stores(tree: Tree, plan: Plan, *, at_need: bool = False) -> Plan:
    """The plan with a companion for each service whose driver is a dependency and whose address the code asks for.

    `at_need` adds those that are given only to an application that does not come up without them.
    """
    if plan.buildpack == "compose" or plan.kind == "job":
        return plan
    paths = [path for path in tree.paths if not is_aside(path) and _concerns(path, plan.context)]
    wanted = "\n".join(tree.read(path) for path in paths if _MANIFEST.search(path))
    kinds = [kind for kind in all_data_services() if kind.at_need is at_need and _names_one(kind.drivers, wanted)]
    if not kinds:
        return plan
    code = "\n".join(tree.read(path) for path in [path for path in paths if _SOURCE.search(path)][:MOST_SOURCES])
    names = sorted({name.upper() for name in _SETTING.findall(code)})
    for kind in kinds:
        settings = _settings(kind, names, shared=_names_one(_others(kind), wanted))
        plan = _with(plan, kind, {name: _spoken(value, wanted) for name, value in settings.items()}, code)
    return plan


def _concerns(path: str, context: str) -> bool:
    return "/" not in path or not context or path.startswith(f"{context}/")


def _others(kind: DataService) -> tuple[str, ...]:
    """Packages beside which a DATABASE_URL may well be another database's."""
    drivers = [driver for other in all_data_services() if other is not kind for driver in other.drivers]
    return (*drivers, *(() if kind.at_need else _ORMS))


def _names_one(packages: Sequence[str], text: str) -> bool:
    names = "|".join(map(re.escape, packages))
    return bool(names) and re.search(rf"(?<![\w@/-])(?:{names})(?![\w/-])", text, re.IGNORECASE) is not None


def _settings(kind: DataService, names: list[str], *, shared: bool) -> dict[str, str]:
    """The settings of the code that mean this service, with its values."""
    found: dict[str, str] = {}
    for pattern, value in kind.settings.items():
        for name in names:
            if re.fullmatch(pattern, name) and not (shared and _ANY_DATABASE.match(name)):
                found.setdefault(name, value.format(name=kind.id, secret=PLACEHOLDER))
    return found


def _spoken(address: str, wanted: str) -> str:
    """The address as SQLAlchemy wants it, which asks for another driver's package unless one is named."""
    if _names_one(("sqlalchemy", "sqlmodel", "flask-sqlalchemy"), wanted):
        for scheme, usual, others in _DRIVERS:
            driver = next((one for one in others if _names_one((one,), wanted)), "")
            if address.startswith(f"{scheme}:") and driver and not _names_one(usual, wanted):
                return address.replace(scheme, f"{scheme}+{driver}", 1)
    return address


def _with(plan: Plan, kind: DataService, settings: dict[str, str], code: str) -> Plan:
    at_home = re.search(rf"{_HERE}(?:{'|'.join(map(str, kind.ports))})\b", code)
    taken = {plan.name, *(one.name for one in plan.companions)}
    # Whoever has a password built in is not let in by another one.
    if (
        not (settings or (at_home and not kind.setup))
        or kind.id in taken
        or any(one.runtime == kind.title for one in plan.companions)
    ):
        return plan
    image = kind.images[0]
    companion = Companion(
        name=kind.id,
        role="data",
        dockerfile=kind.dockerfile(image),
        env={**kind.env, **{key: text.format(secret=PLACEHOLDER) for key, text in kind.setup.items()}},
        ports=kind.ports,
        runtime=kind.title,
    )
    how = f"which it finds by {', '.join(settings)}" if settings else "which it looks for on localhost"
    why = (
        f"The code needs {kind.title}, {how}, and nothing here brings one: {image} was put beside it. "
        f"Say so yourself in a compose file, or in assay.yaml: `services: [{image}]`."
    )
    return replace(
        plan,
        env=dict(plan.env) | settings,
        repairs=without_given(plan.repairs, settings),
        companions=(companion, *plan.companions),
        after=(*plan.after, After(kind.id)),
        why=(*plan.why, why),
    )
