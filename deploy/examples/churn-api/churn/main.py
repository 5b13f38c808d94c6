"""The HTTP service."""

import logging
import os
import re
import time
import uuid
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from fastapi import FastAPI, HTTPException, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field

from churn import logs, metrics
from churn.drift import Drift
from churn.model import ChurnModel

log = logging.getLogger("churn")
MODEL_PATH = Path(os.environ.get("MODEL_PATH", "model/churn.json"))


class Customer(BaseModel):
    tenure_months: int = Field(ge=0, le=600)
    monthly_charge: float = Field(ge=0, le=10_000)
    support_calls: int = Field(ge=0, le=1_000)
    contract: Literal["monthly", "one_year", "two_years"]


class Customers(BaseModel):
    customers: list[Customer] = Field(min_length=1, max_length=1_000)


class Answer(BaseModel):
    churn_probability: float
    will_churn: bool
    because: list[str]
    model_version: str


class Answers(BaseModel):
    predictions: list[Answer]


@asynccontextmanager
async def lifespan(app: FastAPI):
    logs.set_up(os.environ.get("LOG_LEVEL", "INFO"))
    app.state.model = ChurnModel.load(MODEL_PATH)
    app.state.drift = Drift(app.state.model.reference)
    metrics.MODEL.info({"version": app.state.model.version})
    log.info("ready", extra={"facts": {"model": app.state.model.version}})
    yield
    app.state.model = None
    log.info("stopping")


app = FastAPI(title="churn-api", version="1.2.0", lifespan=lifespan)


@app.middleware("http")
async def observe(request: Request, call_next):
    given = request.headers.get("x-request-id", "")
    logs.request_id.set(given if re.fullmatch(r"[\w-]{1,64}", given) else uuid.uuid4().hex)
    started = time.perf_counter()
    status = 500
    metrics.IN_FLIGHT.inc()
    try:
        response = await call_next(request)
        status = response.status_code
        response.headers["x-request-id"] = logs.request_id.get()
        return response
    finally:
        metrics.IN_FLIGHT.dec()
        # The route's template, not the path: a crawler must not make new series.
        route = getattr(request.scope.get("route"), "path", "unknown")
        seconds = time.perf_counter() - started
        metrics.REQUESTS.labels(request.method, route, status).inc()
        metrics.SECONDS.labels(route).observe(seconds)
        facts = {"method": request.method, "route": route, "status": status, "ms": round(seconds * 1000, 2)}
        log.info("request", extra={"facts": facts})


@app.get("/health")
async def health() -> dict[str, str]:
    """The process is alive."""
    return {"status": "ok"}


@app.get("/ready")
async def ready(request: Request) -> dict[str, str]:
    """The model is loaded."""
    model = request.app.state.model
    if model is None:
        raise HTTPException(503, "the model is not loaded")
    return {"status": "ready", "model": model.version}


@app.get("/metrics")
async def read_metrics(request: Request) -> Response:
    for column, psi in request.app.state.drift.psi().items():
        metrics.DRIFT.labels(column).set(psi)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@app.post("/predict")
async def predict(customer: Customer, request: Request) -> Answer:
    return answer(customer, request.app.state)


@app.post("/predict/batch")
async def predict_batch(body: Customers, request: Request) -> Answers:
    return Answers(predictions=[answer(customer, request.app.state) for customer in body.customers])


def answer(customer: Customer, state) -> Answer:
    """One prediction, counted and seen by the drift monitor, whichever route asked for it."""
    model: ChurnModel = state.model
    features = customer.model_dump()
    prediction = model.predict(features)
    state.drift.see(features)
    metrics.PREDICTIONS.labels("churn" if prediction.will_churn else "stay").inc()
    return Answer(
        churn_probability=prediction.probability,
        will_churn=prediction.will_churn,
        because=prediction.because,
        model_version=model.version,
    )
