import psycopg

from settings import DATABASE_URL


def query(sql, parameters=()):
    try:
        return run(sql, parameters)
    except psycopg.errors.UndefinedTable:
        prepare()
        return run(sql, parameters)


def run(sql, parameters=()):
    with psycopg.connect(DATABASE_URL, connect_timeout=2, options="-c statement_timeout=2000") as connection:
        cursor = connection.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def prepare():
    run("CREATE TABLE IF NOT EXISTS orders (id serial PRIMARY KEY, item text NOT NULL, pieces integer NOT NULL)")
