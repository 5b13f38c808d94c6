"""Which data services an application is given that brings none: those that its own code asks for, and no others."""

import pytest

from sandbox.buildpacks import plan_for
from sandbox.launch.stores import with_stores
from sandbox.tree import Tree

EXPRESS = '{"dependencies": {"express": "4", "mongoose": "8"%s}, "scripts": {"start": "node server.js"}}'
FASTAPI = "from fastapi import FastAPI\nfrom qdrant_client import QdrantClient\n%s\napp = FastAPI()\n"


def node(code, more=""):
    return {"package.json": EXPRESS % more, "server.js": f"{code};\napp.listen(3000)"}


def python(code, **files):
    return {"requirements.txt": "fastapi\nuvicorn\nqdrant-client>=1.9", "main.py": FASTAPI % code} | files


@pytest.mark.parametrize(
    ("files", "env"),
    [
        (node("mongoose.connect(process.env.MONGO_URI)"), {"MONGO_URI": "mongodb://mongo:27017/app"}),
        (node("mongoose.connect(process.env.DB_URL)"), {"DB_URL": "mongodb://mongo:27017/app"}),
        (node("mongoose.connect('mongodb://127.0.0.1:27017/shop')"), {}),
        (python("q = QdrantClient(url=os.environ['QDRANT_URL'])"), {"QDRANT_URL": "http://qdrant:6333"}),
        (python("class S(BaseSettings):\n    qdrant_host: str = ''"), {"QDRANT_HOST": "qdrant"}),
        (python("q = QdrantClient('localhost', port=6333)"), {}),
    ],
    ids=["mongo-uri", "db-url", "mongo-on-localhost", "qdrant-url", "qdrant-settings", "qdrant-on-localhost"],
)
def test_app_gets_the_service_whose_driver_it_has_and_whose_address_it_asks_for(files, env):
    plan = plan_for(Tree.of(files))
    (companion,) = plan.companions
    assert (companion.name, companion.role) == ("mongo" if "server.js" in files else "qdrant", "data")
    assert env.items() <= plan.env.items()
    assert [need.name for need in plan.after] == [companion.name]
    assert f"The code needs {companion.runtime}" in plan.why[-1]


@pytest.mark.parametrize(
    "files",
    [
        python("q = QdrantClient(':memory:')"),
        node("connect(process.env.DATABASE_URL)", ', "pg": "8"'),
        {"package.json": EXPRESS.replace("mongoose", "mongodb-memory-server") % "", "server.js": "app.listen(3000)"},
    ],
    ids=["in-memory", "another-database", "of-the-tests"],
)
def test_app_that_asks_for_no_address_gets_none(files):
    assert plan_for(Tree.of(files)).companions == ()


@pytest.mark.parametrize(
    ("requirements", "name", "address"),
    [
        ("sqlalchemy\npsycopg2-binary", "DATABASE_URL", "postgresql://postgres:"),
        ("sqlalchemy[asyncio]\nasyncpg", "DATABASE_URL", "postgresql+asyncpg://postgres:"),
        ("asyncpg", "DATABASE_URL", "postgresql://postgres:"),
        ("flask-sqlalchemy\npymysql", "SQLALCHEMY_DATABASE_URI", "mysql+pymysql://root:"),
        ("celery[redis]", "CELERY_BROKER_URL", "redis://redis:6379/0"),
        ("psycopg2\npymysql", "DATABASE_URL", None),
        ("psycopg2", "DB_CONN_MAX_AGE", None),
    ],
)
def test_service_that_many_can_do_without_is_given_at_need_in_the_words_of_the_driver(requirements, name, address):
    tree = Tree.of({"requirements.txt": f"fastapi\nuvicorn\n{requirements}\n", "main.py": FASTAPI % f"get('{name}')"})
    plan = plan_for(tree)
    assert plan.companions == ()
    given = with_stores(tree, plan, at_need=True).env.get(name)
    assert given is None if address is None else given.startswith(address)


DEMANDS = (
    "if (!process.env.MONGO_URI || !process.env.JWT_SECRET) process.exit(1);\nmongoose.connect(process.env.MONGO_URI)"
)
EXAMPLE = {".env.example": "MONGO_URI=mongodb+srv://user:password@cluster0\n"}


@pytest.mark.parametrize(
    ("code", "more", "left"),
    [
        (DEMANDS, {}, ["JWT_SECRET"]),
        (DEMANDS.replace("JWT_SECRET", "MONGO_URI"), {}, None),
        (DEMANDS, {"assay.yaml": "version: 1\nenv:\n  JWT_SECRET: local\n"}, None),
        (DEMANDS, {"assay.yaml": "version: 1\nservices: [mongo:6]\nenv:\n  JWT_SECRET: local\n"}, None),
    ],
    ids=["a-secret-is-left", "only-the-address", "the-team-gives-the-secret", "the-team-names-the-service"],
)
def test_value_that_a_service_or_the_team_gives_is_no_placeholder(code, more, left):
    plan = plan_for(Tree.of(node(code) | EXAMPLE | more))
    assert plan.env["MONGO_URI"].startswith("mongodb://mongo:27017/")
    notes = [note.why for note in plan.repairs if note.id == "environment_placeholder"]
    if left is None:
        assert notes == []
    else:
        (why,) = notes
        assert why.startswith(f"The code stops without {', '.join(left)}; ")


def test_service_that_a_manifest_names_is_not_given_twice():
    files = node("mongoose.connect(process.env.MONGO_URI)") | {"assay.yaml": "version: 1\nservices: [mongo:6]\n"}
    plan = plan_for(Tree.of(files))
    assert [one.dockerfile.splitlines()[0] for one in plan.companions] == ["FROM mongo:6"]
    assert plan.env["MONGO_URI"] == "mongodb://mongo:27017/"


def test_stack_says_itself_what_it_needs():
    files = node("mongoose.connect(process.env.MONGO_URI)")
    files |= {"Dockerfile": 'FROM node:20\nCOPY . .\nCMD ["node", "server.js"]\n'}
    files |= {"compose.yaml": "services:\n  web:\n    build: .\n    ports: ['3000:3000']\n"}
    assert plan_for(Tree.of(files)).companions == ()
