"""PostgreSQL, as its official image is started."""

from sandbox.dataservices import DataService, as_user

_OF = "(?:DB|DATABASE|POSTGRES(?:QL)?|PG|TYPEORM|SQL)"

SERVICE = DataService(
    id="postgres",
    title="PostgreSQL",
    images=("postgres", "postgis/postgis", "pgvector/pgvector", "timescale/timescaledb", "ankane/pgvector"),
    ports=(5432,),
    env={"POSTGRES_PASSWORD": "assay-placeholder-not-a-secret"},
    dockerfile=as_user("postgres"),
    variables={
        "DATABASE_URL": "postgresql://postgres:{secret}@{name}:5432/postgres",
        "POSTGRES_HOST": "{name}",
        "POSTGRES_PORT": "5432",
        "POSTGRES_USER": "postgres",
        "POSTGRES_PASSWORD": "{secret}",
        "POSTGRES_DB": "postgres",
    },
    setup={
        "POSTGRES_PASSWORD": "{secret}",
    },
    drivers=("psycopg", "psycopg2", "psycopg2-binary", "asyncpg", "pg", "pg-promise", "postgres"),
    settings={
        rf"\w*{_OF}_?(?:UR[IL]|CONN(?:ECTION)?_?STR(?:ING)?|DSN)": "postgresql://postgres:{secret}@{name}:5432/postgres",
        rf"{_OF}_?(?:HOST(?:NAME)?|SERVER)": "{name}",
        rf"{_OF}_?PORT": "5432",
        rf"{_OF}_?USER(?:NAME)?": "postgres",
        rf"{_OF}_?(?:PASSWORD|PASS|PWD)": "{secret}",
        rf"{_OF}_?(?:NAME|DATABASE|DB)|DB": "postgres",
    },
    at_need=True,
)
