"""What Prometheus reads."""

from prometheus_client import Counter, Gauge, Histogram, Info

REQUESTS = Counter("http_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("http_request_seconds", "Time to answer", ["route"])
IN_FLIGHT = Gauge("http_requests_in_flight", "Requests being answered now")
PREDICTIONS = Counter("predictions_total", "Predictions made", ["outcome"])
MODEL = Info("model", "The loaded model")
DRIFT = Gauge("drift_psi", "Population stability index of the last requests against the training", ["column"])
