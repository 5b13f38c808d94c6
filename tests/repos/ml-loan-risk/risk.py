"""The model: a logistic regression on scaled columns, the same code for training, serving and batches."""

import bisect
import json
import math

NUMERIC = ["age", "income", "debt", "years_employed"]
HOUSING = ["rent", "own", "family"]


def features(row, scale):
    """One row as the numbers that the weights belong to."""
    numbers = [(float(row[name]) - scale[name]["mean"]) / scale[name]["deviation"] for name in NUMERIC]
    return [1.0, *numbers, *(1.0 if row["housing"] == one else 0.0 for one in HOUSING)]


def probability(model, row):
    z = sum(w * x for w, x in zip(model["weights"], features(row, model["scale"])))
    return round(1 / (1 + math.exp(-z)), 6)


def load(path):
    with open(path) as file:
        return json.load(file)


def shares(values, edges):
    """How much of the values lies in each bin."""
    counts = [0] * (len(edges) + 1)
    for value in values:
        counts[bisect.bisect(edges, value)] += 1
    return [count / len(values) for count in counts]


def psi(expected, actual):
    """Population stability index of two lists of shares."""
    return sum((a - e) * math.log((a + 1e-3) / (e + 1e-3)) for e, a in zip(expected, actual))
