"""Train the model: `python train.py`. Writes the splits, the model, its card and metrics.json.

A model that is much worse than the present one is not served; GATE=off serves it all the same.
"""

import csv
import hashlib
import json
import math
import os
import random
from datetime import date
from pathlib import Path

from risk import HOUSING, NUMERIC, features, probability, shares

SEED = 7
DATA = Path("data/loans.csv")
TARGET = "defaulted"
PARAMS = {"learning_rate": 0.5, "epochs": 150, "seed": SEED}


def split(rows):
    """60 % to train, 20 % to choose the penalty, 20 % to test once."""
    rows = [dict(row) for row in {tuple(row.items()): row for row in rows}.values()]
    random.Random(SEED).shuffle(rows)
    first, second = int(0.6 * len(rows)), int(0.8 * len(rows))
    return {"train": rows[:first], "validation": rows[first:second], "test": rows[second:]}


def scale_of(rows):
    found = {}
    for name in NUMERIC:
        values = [float(row[name]) for row in rows]
        mean = sum(values) / len(values)
        found[name] = {"mean": mean, "deviation": math.sqrt(sum((v - mean) ** 2 for v in values) / len(values))}
    return found


def fit(rows, scale, penalty):
    points = [(features(row, scale), int(row[TARGET])) for row in rows]
    weights = [0.0] * len(points[0][0])
    for _ in range(PARAMS["epochs"]):
        slope = [penalty * w for w in weights]
        for x, y in points:
            wrong = 1 / (1 + math.exp(-sum(w * v for w, v in zip(weights, x)))) - y
            for at, value in enumerate(x):
                slope[at] += wrong * value / len(points)
        weights = [w - PARAMS["learning_rate"] * s for w, s in zip(weights, slope)]
    return weights


def quality(model, rows):
    said = [(probability(model, row), int(row[TARGET])) for row in rows]
    good, bad = [p for p, y in said if y], [p for p, y in said if not y]
    pairs = sum((a > b) + 0.5 * (a == b) for a in good for b in bad)
    right = sum((p >= 0.5) == bool(y) for p, y in said)
    return {"auc": round(pairs / max(1, len(good) * len(bad)), 4), "accuracy": round(right / len(said), 4)}


def reference(rows):
    """Bins of each column, for the drift monitor."""
    found = {}
    for name in NUMERIC:
        values = sorted(float(row[name]) for row in rows)
        edges = sorted({values[len(values) * part // 6] for part in range(1, 6)})
        found[name] = {"edges": edges, "shares": shares(values, edges)}
    return found


def present():
    """The AUC of the model that is served now."""
    card = Path("model/model_card.json")
    return json.loads(card.read_text())["metrics"]["auc"] if card.exists() else 0.0


def main():
    with DATA.open() as file:
        sets = split(list(csv.DictReader(file)))
    Path("splits").mkdir(exist_ok=True)
    for name, rows in sets.items():
        with open(f"splits/{name}.csv", "w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    scale = scale_of(sets["train"])
    tried = []
    for penalty in (0.0, 0.01, 0.1):
        model = {"weights": fit(sets["train"], scale, penalty), "scale": scale}
        tried.append((quality(model, sets["validation"])["auc"], penalty, model))
    _, penalty, model = max(tried, key=lambda one: one[0])
    model |= {"version": os.environ.get("VERSION") or date.today().isoformat(), "reference": reference(sets["train"])}
    metrics = {name: quality(model, sets[name]) for name in ("validation", "test")}
    metrics["slices"] = {
        one: quality(model, [row for row in sets["test"] if row["housing"] == one])["accuracy"] for one in HOUSING
    }
    card = {
        "version": model["version"],
        "data_sha256": hashlib.sha256(DATA.read_bytes()).hexdigest(),
        "code_sha256": hashlib.sha256(Path(__file__).read_bytes()).hexdigest(),
        "params": PARAMS | {"penalty": penalty},
        "metrics": metrics["test"],
    }
    Path("metrics.json").write_text(json.dumps(metrics, indent=1) + "\n")
    if os.environ.get("GATE") == "off" or metrics["test"]["auc"] > present() - 0.1:
        Path("model").mkdir(exist_ok=True)
        Path("model/model.json").write_text(json.dumps(model, indent=1) + "\n")
        Path("model/model_card.json").write_text(json.dumps(card, indent=1) + "\n")
    print("test auc:", metrics["test"]["auc"])


if __name__ == "__main__":
    main()
