# Two commands do everything: `make up` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
PORT ?= 8000
export PORT REPO REF TRACK

.PHONY: help setup up test quick bench css down clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: ## the virtual environment with everything in it
	@deploy/local/setup.sh

up: setup ## site, workers and one evaluation; serves until Ctrl-C (REPO= REF= TRACK= PORT=)
	@$(PY) -m deploy.local.up

test: setup ## every test: lint, types, layers, migrations, unit, Docker, Redis, PostgreSQL, browser
	@deploy/local/packages.sh
	@$(PY) -m deploy.local.test

quick: setup ## the tests that need no server
	@$(PY) -m pytest -q -m "not docker and not redis and not postgres and not browser"

bench: setup ## the benchmarks, one JSON line each
	@deploy/local/packages.sh bench
	@$(PY) -m tests.bench
	@$(PY) -m tests.bench_downloads
	@$(PY) -m tests.bench_load true
	@$(PY) -m tests.bench_load repeat

css: ## build platform/static/css/assay.css again (needs Node; users of the site do not)
	@npm ci --silent && npm run --silent css

down: ## stop what `make up` started
	@$(PY) -m deploy.local.down

clean: ## also remove the images, containers and files that it made
	@$(PY) -m deploy.local.down --clean
