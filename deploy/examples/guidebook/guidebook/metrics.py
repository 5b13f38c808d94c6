"""What Prometheus reads."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("http_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("http_request_seconds", "Time to answer", ["route"])
IN_FLIGHT = Gauge("http_requests_in_flight", "Requests being answered now")
DOCUMENTS = Gauge("documents", "Documents that answers are drawn from")
EXPOSURES = Counter("experiment_exposures_total", "Users' questions by the prompt that they were given", ["variant"])
FEEDBACK = Counter("feedback_total", "Ratings by readers", ["rating"])
CALLS = Counter("llm_calls_total", "Calls of the model provider", ["outcome"])
TOKENS = Counter("llm_tokens_total", "Tokens as the provider counts them", ["direction", "model", "prompt_version"])
COST = Counter("llm_cost_usd_total", "What the tokens cost, in US dollars", ["model"])
