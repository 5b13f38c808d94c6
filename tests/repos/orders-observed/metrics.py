from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("http_requests", "Requests by route and status", ["route", "status"])
SECONDS = Histogram("http_request_duration_seconds", "Time of requests", buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2))
UNDER_WAY = Gauge("http_requests_in_progress", "Requests under way")
DATABASE = Gauge("database_up", "Whether the database answers")
MODEL = Gauge("model_info", "The model that predicts", ["version"])
