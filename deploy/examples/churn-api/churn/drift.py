"""Whether the customers that are asked about are still those of the training, column by column."""

import bisect
import math
from collections import deque

from churn.model import CONTRACTS, NUMERIC

BINS = 6
WINDOW = 400
# Fewer say nothing about a law.
LEAST = 60


def shares(values, edges):
    counts = [0] * (len(edges) + 1)
    for value in values:
        counts[bisect.bisect(edges, value)] += 1
    return [count / len(values) for count in counts]


def reference(rows):
    """Each column's bins (as many training rows in each as can be) and what share of the training is in them."""
    found = {}
    for name in NUMERIC:
        values = sorted(row[name] for row in rows)
        edges = sorted({values[len(values) * part // BINS] for part in range(1, BINS)})
        found[name] = {"edges": edges, "shares": shares(values, edges)}
    found["contract"] = {"shares": [sum(row["contract"] == one for row in rows) / len(rows) for one in CONTRACTS]}
    return found


class Drift:
    """The population stability index of the last requests against the training; above 0.2 is usually called a shift."""

    def __init__(self, expected: dict) -> None:
        self._expected = expected
        self._seen: deque[dict] = deque(maxlen=WINDOW)

    def see(self, features: dict) -> None:
        self._seen.append(features)

    def psi(self) -> dict[str, float]:
        """By column; {} before there are enough requests."""
        if len(self._seen) < LEAST:
            return {}
        rows = list(self._seen)
        found = {}
        for name, told in self._expected.items():
            if name == "contract":
                actual = [sum(row[name] == one for row in rows) / len(rows) for one in CONTRACTS]
            else:
                actual = shares([row[name] for row in rows], told["edges"])
            pairs = zip(told["shares"], actual, strict=True)
            found[name] = sum((a - e) * math.log((a + 1e-3) / (e + 1e-3)) for e, a in pairs)
        return found
