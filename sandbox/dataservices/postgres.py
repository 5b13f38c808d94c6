"""PostgreSQL, as its official image is started."""

from sandbox.dataservices import DataService, as_user

SERVICE = DataService(
    id="postgres",
    title="PostgreSQL",
    images=("postgres", "postgis/postgis", "pgvector/pgvector", "timescale/timescaledb", "ankane/pgvector"),
    ports=(5432,),
    env={"POSTGRES_PASSWORD": "assay-placeholder-not-a-secret"},
    dockerfile=as_user("postgres"),
)
