import os
import psycopg

DSN = "host=%s port=%s dbname=%s user=%s password=%s" % (
    os.environ["POSTGRES_HOST"],
    os.getenv("POSTGRES_PORT", "5432"),
    os.environ["POSTGRES_DB"],
    os.environ["POSTGRES_USER"],
    os.environ["POSTGRES_PASSWORD"],
)


def query(sql, params=None):
    with psycopg.connect(DSN, connect_timeout=5) as conn:
        with conn.cursor() as cur:
            cur.execute(sql, params)
            if cur.description:
                return cur.fetchall()
