from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from pydantic import BaseModel, Field

from app.model import predict_price

app = FastAPI(title="House prices")

PREDICTIONS = Counter("predictions_total", "Predictions made")
SECONDS = Histogram("prediction_seconds", "Time to predict")


class House(BaseModel):
    rooms: int = Field(ge=1, le=20)
    area_m2: float = Field(gt=0, le=2000)


@app.get("/")
def index():
    return {"service": "house prices", "docs": "/docs"}


@app.get("/health")
def health():
    return {"status": "ok"}


@app.get("/metrics")
def metrics():
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@app.post("/predict")
def predict(house: House):
    with SECONDS.time():
        price = predict_price(house.rooms, house.area_m2)
    PREDICTIONS.inc()
    return {"price": price}
