import os

import psycopg
from fastapi import FastAPI

DB = psycopg.conninfo.make_conninfo(
    host=os.environ["DB_HOST"],
    dbname=os.environ["DB_NAME"],
    user=os.environ["DB_USER"],
    password=os.environ["DB_PASS"],
)
with psycopg.connect(DB) as db:
    db.execute("CREATE TABLE IF NOT EXISTS plants (name text PRIMARY KEY, watered_on date)")

app = FastAPI(title="plants")


@app.get("/health")
def health():
    with psycopg.connect(DB, connect_timeout=2) as db:
        db.execute("SELECT 1")
    return {"status": "ok"}


@app.get("/plants")
def plants():
    with psycopg.connect(DB) as db:
        return [{"name": name, "watered_on": day} for name, day in db.execute("SELECT * FROM plants ORDER BY name")]


@app.put("/plants/{name}")
def water(name: str):
    with psycopg.connect(DB) as db:
        db.execute("INSERT INTO plants VALUES (%s, now()) ON CONFLICT (name) DO UPDATE SET watered_on = now()", [name])
    return {"name": name}
