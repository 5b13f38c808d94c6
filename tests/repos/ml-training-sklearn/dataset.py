import csv
from pathlib import Path

import numpy as np

DATA = Path(__file__).parent / "data" / "flowers.csv"


def load_iris():
    X, y = [], []
    with open(DATA) as f:
        for row in csv.DictReader(f):
            X.append([float(row["petal_length"]), float(row["petal_width"])])
            y.append(row["species"])
    names = sorted(set(y))
    return np.array(X), np.array([names.index(s) for s in y]), names


def split(X, y, test_size, seed):
    idx = np.random.default_rng(seed).permutation(len(X))
    cut = int(len(X) * (1 - test_size))
    return X[idx[:cut]], X[idx[cut:]], y[idx[:cut]], y[idx[cut:]]
