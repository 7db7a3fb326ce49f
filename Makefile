.PHONY: help setup setup-dev run test test-sqlite test-mariadb races fuzz check format openapi bench bench-billing simulate shell clean
.DEFAULT_GOAL := help

help:          ## list these targets
	@sed -n 's/^\([a-z-]*\): .*## \(.*\)/  make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

setup:         ## make .venv and install what production needs
	@bin/setup

setup-dev:     ## the same with the tools for tests and checks
	@bin/setup dev

run: setup     ## prepare a database when there is none and serve on it; PORT=8000
	@exec bin/run

test: setup-dev        ## the whole suite on SQLite, then on MariaDB
	@bin/test sqlite mariadb

test-sqlite: setup-dev         ## the suite on SQLite; ARGS goes to pytest
	@bin/test sqlite -- $(ARGS)

test-mariadb: setup-dev        ## the suite on MariaDB, on one of its own where none answers
	@bin/test mariadb -- $(ARGS)

races: setup-dev       ## eight processes race 200 times for the same payment, stock, coupon, number, balance, daily run; TRIES=200
	@RACE_TRIES=$(or $(TRIES),200) TEST_PROCESSES=1 bin/test mariadb -- billing/tests/test_process_races.py --durations=12 -vv $(ARGS)

fuzz: setup-dev        ## invent many requests from the API description; EXAMPLES=100 of each kind, ARGS to pytest
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),100) bin/test sqlite -- paymenter/tests/test_schema_fuzz.py $(ARGS)

check: setup-dev       ## linters, types, import rules, deployment checks, API description
	@bin/check

format: setup-dev      ## let ruff rewrite the code
	@.venv/bin/ruff check --fix-only --quiet .
	@.venv/bin/ruff format .

openapi: setup         ## write the API description in docs/ anew
	@ENV_FILE=.env.testing DB_CONNECTION=sqlite DB_DATABASE=:memory: .venv/bin/python manage.py openapi

bench: setup-dev       ## measure the API under load, then bench-billing; with ARGS, which go to bench/run.py, the API alone
	@command -v wrk >/dev/null || bin/apt-install wrk
	@.venv/bin/python bench/run.py $(ARGS)
	@$(if $(ARGS),true,.venv/bin/python bench/billing.py)

bench-billing: setup-dev       ## measure renewals, kills, payments, checkouts; ARGS to bench/billing.py (--only daily, --quick)
	@.venv/bin/python bench/billing.py $(ARGS)

simulate: setup-dev    ## random shops live 1 000 times 400 days, the books are checked after each; ARGS to bench/simulate.py
	@.venv/bin/python bench/simulate.py $(ARGS)

shell: setup   ## Python with Django loaded
	@.venv/bin/python manage.py shell

clean:         ## remove .venv, caches and collected static files; .env and data stay
	rm -rf .venv .cache static .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
