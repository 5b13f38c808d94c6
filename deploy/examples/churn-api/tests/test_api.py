"""The service as its callers see it."""

import csv
import json

import pytest
from fastapi.testclient import TestClient

from churn import train
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


def test_a_batch_gets_what_its_rows_get_alone(client):
    alone = [client.post("/predict", json=row).json() for row in (LEAVING, STAYING)]
    assert client.post("/predict/batch", json={"customers": [LEAVING, STAYING]}).json() == {"predictions": alone}
    assert client.post("/predict/batch", json={"customers": []}).status_code == 422


def test_drift_names_the_column_that_has_moved(client):
    with open("data/customers.csv") as file:
        rows = list(csv.DictReader(file))[:300]
    for row in rows:
        client.post("/predict", json=row | {"monthly_charge": float(row["monthly_charge"]) + 60})
    lines = [line for line in client.get("/metrics").text.splitlines() if line.startswith("drift_psi{")]
    psi = {line.split('"')[1]: float(line.split()[-1]) for line in lines}
    assert psi["monthly_charge"] > 1
    assert psi["tenure_months"] < 0.2


def test_the_same_seed_gives_the_same_model(tmp_path, monkeypatch):
    monkeypatch.setattr(train, "MODEL", tmp_path / "churn.json")
    metrics = train.train("a")
    first = (tmp_path / "churn.json").read_text()
    assert train.train("a") == metrics
    assert (tmp_path / "churn.json").read_text() == first
    assert metrics["test"]["auc"] > 0.85


def test_a_worse_model_is_kept_back(tmp_path, monkeypatch):
    monkeypatch.setattr(train, "MODEL", tmp_path / "churn.json")
    train.train("a")
    monkeypatch.setattr(train, "present_auc", lambda: 1.5)
    train.train("b")
    assert json.loads((tmp_path / "churn.json").read_text())["version"] == "a"
    assert not (tmp_path / "previous.json").exists()


def test_the_model_before_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(train, "MODEL", tmp_path / "churn.json")
    train.train("a")
    train.train("b")
    assert json.loads((tmp_path / "previous.json").read_text())["version"] == "a"
