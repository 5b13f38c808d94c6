"""PostgreSQL, as its official image is started."""

from sandbox.dataservices import DataService, as_user

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
)
