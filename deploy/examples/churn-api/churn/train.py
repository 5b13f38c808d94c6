"""Train the model on the sample data: `python -m churn.train`. Writes the splits, the model, its card and metrics.

A model that is worse than the present one is measured and kept back; the one that it follows stays as previous.json.
"""

import argparse
import csv
import hashlib
import json
import math
import random
import shutil
import sys
from datetime import date
from pathlib import Path

from churn.drift import reference
from churn.model import CONTRACTS, NUMERIC, ChurnModel

DATA = Path("data/customers.csv")
MODEL = Path("model/churn.json")
TARGET = "churned"
PARAMS = {"seed": 7, "learning_rate": 0.5, "epochs": 120}
PENALTIES = (0.0, 0.003, 0.03)
# How much lower the AUC of its test rows may be than the present model's was: of 240 rows it is good to about 0.04.
TOLERANCE = 0.1


def read(path):
    """The distinct rows of the sample data: one that is there twice must not fall into two sets."""
    with path.open() as file:
        rows = {tuple(row.values()): row for row in csv.DictReader(file)}.values()
    return [
        {name: float(row[name]) for name in NUMERIC} | {"contract": row["contract"], TARGET: int(row[TARGET])}
        for row in rows
    ]


def split(rows):
    """60 % to fit, 20 % to choose the penalty by, 20 % to measure once."""
    random.Random(PARAMS["seed"]).shuffle(rows)
    first, second = int(0.6 * len(rows)), int(0.8 * len(rows))
    return {"train": rows[:first], "validation": rows[first:second], "test": rows[second:]}


def fit(rows, penalty):
    """A model's document: logistic regression by gradient descent, scaled by the training rows alone."""
    scales = {}
    for name in NUMERIC:
        mean = sum(row[name] for row in rows) / len(rows)
        scales[name] = mean, math.sqrt(sum((row[name] - mean) ** 2 for row in rows) / len(rows))
    points = [
        (
            [1.0, *((row[name] - scales[name][0]) / scales[name][1] for name in NUMERIC)]
            + [float(row["contract"] == one) for one in CONTRACTS],
            row[TARGET],
        )
        for row in rows
    ]
    weights = [0.0] * len(points[0][0])
    for _ in range(PARAMS["epochs"]):
        slope = [penalty * weight for weight in weights]
        for values, churned in points:
            chance = 1 / (1 + math.exp(-sum(w * v for w, v in zip(weights, values, strict=True))))
            for at, value in enumerate(values):
                slope[at] += (chance - churned) * value / len(points)
        weights = [w - PARAMS["learning_rate"] * s for w, s in zip(weights, slope, strict=True)]
    numeric = {
        name: {"mean": round(scales[name][0], 4), "deviation": round(scales[name][1], 4), "weight": round(weight, 4)}
        for name, weight in zip(NUMERIC, weights[1:], strict=False)
    }
    contract = {name: round(w, 4) for name, w in zip(CONTRACTS, weights[1 + len(NUMERIC) :], strict=True)}
    return {"threshold": 0.5, "intercept": round(weights[0], 4), "numeric": numeric, "contract": contract}


def write(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def quality(document, rows):
    model = ChurnModel({"version": ""} | document)
    said = [(model.predict(row).probability, row[TARGET]) for row in rows]
    left, stayed = [p for p, churned in said if churned], [p for p, churned in said if not churned]
    pairs = sum((a > b) + 0.5 * (a == b) for a in left for b in stayed)
    right = sum((p >= document["threshold"]) == bool(churned) for p, churned in said)
    return {"auc": round(pairs / max(1, len(left) * len(stayed)), 4), "accuracy": round(right / len(rows), 4)}


def present_auc():
    """Of the model that is served now; 0 without one."""
    card = MODEL.parent / "card.json"
    return json.loads(card.read_text())["metrics"]["auc"] if MODEL.exists() and card.exists() else 0.0


def train(version):
    sets = split(read(DATA))
    tried = [(fit(sets["train"], penalty), penalty) for penalty in PENALTIES]
    document, penalty = max(tried, key=lambda one: quality(one[0], sets["validation"])["auc"])
    metrics = {name: quality(document, sets[name]) for name in ("validation", "test")}
    metrics["slices"] = {
        one: quality(document, [row for row in sets["test"] if row["contract"] == one]) for one in CONTRACTS
    }
    card = {
        "version": version,
        "data": str(DATA),
        "data_sha256": hashlib.sha256(DATA.read_bytes()).hexdigest(),
        "code_sha256": hashlib.sha256(Path(__file__).read_bytes()).hexdigest(),
        "params": PARAMS | {"penalty": penalty},
        "metrics": metrics["test"],
        "limits": "Synthetic customers. Do not decide anything about real ones with it.",
    }
    document = {"version": version} | document | {"reference": reference(sets["train"])}
    splits = MODEL.parent / "splits"
    splits.mkdir(exist_ok=True)
    for name, rows in sets.items():
        with (splits / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    write(MODEL.parent / "metrics.json", metrics)
    if metrics["test"]["auc"] < present_auc() - TOLERANCE:
        print(f"kept back: the present model has an AUC of {present_auc()}", file=sys.stderr)
        return metrics
    if MODEL.exists():
        shutil.copyfile(MODEL, MODEL.parent / "previous.json")
    write(MODEL, document)
    write(MODEL.parent / "card.json", card)
    return metrics


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--version", default=date.today().isoformat())
    print(json.dumps(train(parser.parse_args().version)))
