"""The data services that an application's own code asks for, where no compose file and no manifest names them."""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.dataservices import DataService, all_data_services
from sandbox.plan import After, Companion, Plan
from sandbox.sourcetext.files import is_aside
from sandbox.sourcetext.placeholders import without_given
from sandbox.tree import Tree

_MANIFEST = re.compile(r"(?:requirements[\w-]*\.(?:txt|in)|package\.json|pyproject\.toml|Pipfile|environment\.ya?ml)$")
_SOURCE = re.compile(r"\.(?:py|[cm]?[jt]sx?)$|(?:^|/)\.?env[\w.-]*(?:example|sample|template)$")
_SETTING = re.compile(r"\b(?:[A-Z][A-Z0-9_]{3,60}\b|[a-z][a-z0-9_]{3,60}(?=\s*:\s*(?:str|AnyUrl|MongoDsn|HttpUrl)\b))")
# With one of these beside it, a DATABASE_URL may well be another database's.
_OTHER_DATABASES = re.compile(
    r"(?<![\w-])(?:asyncpg|mysql2?|mysqlclient|pg|prisma|psycopg2?|pymysql|sequelize|sqlalchemy|typeorm)(?![\w-])",
    re.IGNORECASE,
)
_HERE = r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0)[^\w\n]{0,4}(?:port[^\w\n]{0,3})?"
MOST_SOURCES = 400


def with_stores(tree: Tree, plan: Plan) -> Plan:
    """The plan with a companion for each service whose driver is a dependency and whose address the code asks for."""
    if plan.buildpack == "compose" or plan.kind == "job":
        return plan
    paths = [path for path in tree.paths if not is_aside(path) and _concerns(path, plan.context)]
    wanted = "\n".join(tree.read(path) for path in paths if _MANIFEST.search(path))
    kinds = [kind for kind in all_data_services() if _names_driver(kind, wanted)]
    if not kinds:
        return plan
    code = "\n".join(tree.read(path) for path in [path for path in paths if _SOURCE.search(path)][:MOST_SOURCES])
    names = sorted({name.upper() for name in _SETTING.findall(code)})
    for kind in kinds:
        plan = _with(plan, kind, _settings(kind, names, shared=bool(_OTHER_DATABASES.search(wanted))), code)
    return plan


def _concerns(path: str, context: str) -> bool:
    return "/" not in path or not context or path.startswith(f"{context}/")


def _names_driver(kind: DataService, text: str) -> bool:
    names = "|".join(map(re.escape, kind.drivers))
    return bool(names) and re.search(rf"(?<![\w@/-])(?:{names})(?![\w/-])", text, re.IGNORECASE) is not None


def _settings(kind: DataService, names: list[str], *, shared: bool) -> dict[str, str]:
    """The settings of the code that mean this service, with its values."""
    found: dict[str, str] = {}
    for pattern, value in kind.settings.items():
        for name in names:
            if re.fullmatch(pattern, name) and not (shared and kind.id.upper() not in name):
                found.setdefault(name, value.format(name=kind.id))
    return found


def _with(plan: Plan, kind: DataService, settings: dict[str, str], code: str) -> Plan:
    at_home = re.search(rf"{_HERE}(?:{'|'.join(map(str, kind.ports))})\b", code)
    taken = {plan.name, *(one.name for one in plan.companions)}
    if not (settings or at_home) or kind.id in taken or any(one.runtime == kind.title for one in plan.companions):
        return plan
    image = kind.images[0]
    companion = Companion(
        name=kind.id,
        role="data",
        dockerfile=kind.dockerfile(image),
        env=dict(kind.env),
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
