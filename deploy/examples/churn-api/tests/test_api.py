"""The service as its callers see it."""

import pytest
from fastapi.testclient import TestClient

from churn.main import app

LEAVING = {"tenure_months": 2, "monthly_charge": 95.0, "support_calls": 5, "contract": "monthly"}
STAYING = {"tenure_months": 60, "monthly_charge": 25.0, "support_calls": 0, "contract": "two_years"}


@pytest.fixture
def client():
    with TestClient(app) as client:
        yield client


def test_a_new_unhappy_customer_leaves(client):
    answer = client.post("/predict", json=LEAVING).json()
    assert answer["will_churn"] is True
    assert answer["churn_probability"] > 0.8


def test_a_loyal_customer_stays(client):
    assert client.post("/predict", json=STAYING).json()["will_churn"] is False


def test_an_unknown_contract_is_refused_with_its_name(client):
    answer = client.post("/predict", json=LEAVING | {"contract": "forever"})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "contract"]


def test_it_is_ready_with_its_model_named(client):
    assert client.get("/ready").json() == {"status": "ready", "model": "2026-03-02"}


def test_predictions_are_counted(client):
    def counted():
        lines = client.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith("predictions_total{"))

    before = counted()
    for _ in range(3):
        client.post("/predict", json=LEAVING)
    assert counted() == before + 3
