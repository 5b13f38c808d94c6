"""The model: a logistic regression read from JSON."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

NUMERIC = ("tenure_months", "monthly_charge", "support_calls")
CONTRACTS = ("monthly", "one_year", "two_years")


@dataclass(frozen=True)
class Prediction:
    probability: float
    will_churn: bool
    because: list[str]


class ChurnModel:
    """Coefficients with the means and deviations that the features were scaled with."""

    def __init__(self, document: dict) -> None:
        self.version: str = document["version"]
        self._threshold: float = document["threshold"]
        self._intercept: float = document["intercept"]
        self._numeric: dict[str, dict[str, float]] = document["numeric"]
        self._contract: dict[str, float] = document["contract"]
        self.reference: dict[str, dict] = document.get("reference", {})

    @classmethod
    def load(cls, path: Path) -> "ChurnModel":
        return cls(json.loads(path.read_text()))

    def predict(self, features: dict) -> Prediction:
        shares = {
            name: scale["weight"] * (features[name] - scale["mean"]) / scale["deviation"]
            for name, scale in self._numeric.items()
        }
        shares["contract"] = self._contract[features["contract"]]
        probability = 1 / (1 + math.exp(-(self._intercept + sum(shares.values()))))
        reasons = sorted((name for name in shares if shares[name] > 0), key=lambda name: -shares[name])
        return Prediction(round(probability, 4), probability >= self._threshold, reasons[:3])
