"""Predictions for a file: `python -m churn.batch customers.csv` prints one probability a line."""

import csv
import os
import sys
from pathlib import Path

from churn.model import NUMERIC, ChurnModel

model = ChurnModel.load(Path(os.environ.get("MODEL_PATH", "model/churn.json")))
with open(sys.argv[1]) as file:
    for row in csv.DictReader(file):
        print(model.predict(row | {name: float(row[name]) for name in NUMERIC}).probability)
