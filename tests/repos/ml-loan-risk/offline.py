"""Predictions for a CSV, one a line: `python offline.py rows.csv`."""

import csv
import sys

from risk import load, probability

model = load("model/model.json")
with open(sys.argv[1]) as file:
    for row in csv.DictReader(file):
        print(probability(model, row))
