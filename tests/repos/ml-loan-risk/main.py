"""Will a loan be paid back? A prediction for one applicant or for many, and whether applicants have changed."""

from collections import deque
from typing import Literal

from fastapi import FastAPI, HTTPException, Response
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from pydantic import BaseModel, Field

from risk import load, probability, psi, shares

app = FastAPI(title="loan-risk")
model = load("model/model.json")
seen = deque(maxlen=400)

PREDICTIONS = Counter("predictions_total", "Predictions made")
REQUESTS = Counter("http_requests_total", "Requests answered", ["route"])
SECONDS = Histogram("http_request_duration_seconds", "Time to answer", ["route"])
DRIFT = Gauge("drift_psi", "Population stability index of the last 400 applicants", ["column"])


class Applicant(BaseModel):
    age: int = Field(ge=18, le=110)
    income: float = Field(ge=0, le=1_000_000)
    debt: float = Field(ge=0, le=1_000_000)
    years_employed: float = Field(ge=0, le=70)
    housing: Literal["rent", "own", "family"]


class Applicants(BaseModel):
    applicants: list[Applicant] = Field(min_length=1, max_length=1000)


def predicted(applicant):
    row = applicant.model_dump()
    seen.append(row)
    PREDICTIONS.inc()
    chance = probability(model, row)
    return {"default_probability": chance, "defaults": chance >= 0.5, "model_version": model["version"]}


@app.get("/health")
def health():
    return {"status": "ok", "model_version": model["version"]}


@app.post("/predict")
def predict(applicant: Applicant):
    REQUESTS.labels("/predict").inc()
    with SECONDS.labels("/predict").time():
        return predicted(applicant)


@app.post("/predict/batch")
def predict_batch(body: Applicants):
    REQUESTS.labels("/predict/batch").inc()
    return {"predictions": [predicted(one) for one in body.applicants]}


@app.post("/model/{name}")
def use(name: Literal["model", "earlier"]):
    """Load the model before this one, or this one again."""
    global model
    try:
        model = load(f"model/{name}.json")
    except OSError as error:
        raise HTTPException(409, "there is no such model") from error
    return {"model_version": model["version"]}


@app.get("/metrics")
def metrics():
    for column, told in model["reference"].items():
        if len(seen) >= 50:
            DRIFT.labels(column).set(psi(told["shares"], shares([row[column] for row in seen], told["edges"])))
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
