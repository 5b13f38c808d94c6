import logging
import re
import time
import uuid

import psycopg
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field

import metrics
import store

VERSION = "2026-11-1"
app = FastAPI(title="Orders", docs_url="/docs")
log = logging.getLogger("orders")
metrics.MODEL.labels(VERSION).set(1)


class Order(BaseModel):
    item: str = Field(min_length=1, max_length=80)
    pieces: int = Field(ge=1, le=1000)


class Day(BaseModel):
    weekday: int = Field(ge=0, le=6)


@app.middleware("http")
async def observe(request: Request, call_next):
    asked = request.headers.get("x-request-id", "")
    request_id = asked if re.fullmatch(r"[\w-]{1,64}", asked) else uuid.uuid4().hex
    started = time.perf_counter()
    metrics.UNDER_WAY.inc()
    status = 500
    try:
        response = await call_next(request)
        status = response.status_code
    except psycopg.Error as error:
        log.error("database failed: %s", type(error).__name__, extra={"data": {"request_id": request_id}})
        response = JSONResponse({"detail": "the database does not answer"}, 503, {"Retry-After": "2"})
        status = 503
    finally:
        seconds = time.perf_counter() - started
        metrics.UNDER_WAY.dec()
        route = getattr(request.scope.get("route"), "path", "unknown")
        if route != "/metrics":
            metrics.SECONDS.observe(seconds)
            metrics.REQUESTS.labels(route, status).inc()
            data = {"request_id": request_id, "route": route, "status": status, "ms": round(seconds * 1000, 2)}
            log.info("%s %s", request.method, route, extra={"data": data})
    response.headers["X-Request-ID"] = request_id
    return response


def is_ready():
    try:
        store.query("SELECT 1 FROM orders LIMIT 1")
    except psycopg.Error as error:
        log.error("not ready: %s", type(error).__name__)
        return False
    return True


@app.get("/livez")
def live():
    return {"status": "ok"}


@app.get("/readyz")
def ready():
    up = is_ready()
    metrics.DATABASE.set(up)
    if up:
        return {"status": "ok", "database": "up"}
    return JSONResponse({"status": "unavailable", "database": "down"}, 503)


@app.get("/metrics")
def page():
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@app.post("/orders", status_code=201)
def add(order: Order):
    rows = store.query(
        "INSERT INTO orders (item, pieces) VALUES (%s, %s) RETURNING id", (order.item, order.pieces)
    )
    return {"id": rows[0][0]}


@app.get("/orders")
def newest():
    return [
        {"id": number, "item": item, "pieces": pieces}
        for number, item, pieces in store.query("SELECT id, item, pieces FROM orders ORDER BY id DESC LIMIT 50")
    ]


@app.get("/orders/{number}")
def one(number: int):
    rows = store.query("SELECT id, item, pieces FROM orders WHERE id = %s", (number,)) if number < 2**31 else []
    if not rows:
        return JSONResponse({"detail": "no such order"}, 404)
    return {"id": rows[0][0], "item": rows[0][1], "pieces": rows[0][2]}


@app.post("/predict")
def predict(day: Day):
    return {"orders": 120 + 15 * day.weekday, "model_version": VERSION}
