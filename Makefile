# `make help` lists the targets. Each one sets up what it needs by itself.
.DEFAULT_GOAL := help
.PHONY: help setup setup-server setup-dev demo test test-slow test-containers test-matrix lint format new-source codegen migration \
        check migrate rollback bench psql url clean lock

PYTHON  ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
             "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && exit; \
           done; echo python3)
JOBS    ?= 3
ARGS    ?=

venv    := .venv
python  := $(venv)/bin/python
# What is installed: run (driver, migrations), local (and the servers of a clone), dev (and everything else).
run     := $(venv)/.installed-run
local   := $(venv)/.installed-local
dev     := $(venv)/.installed-dev
# Migrations run on a server too: there the set `run` is enough.
installed := $(if $(wildcard $(run)),$(run),$(local))
sources := $(wildcard rawcore codegen tests ingest.py)
# One worker a file: some share a server or a run. In the order of testpaths, so that no long file is left for the end.
pytest  := $(python) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder -m "not slow"
with_database := tests/semantics tests/e2e tests/migrations tests/db

help:  ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

define install
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
    echo "rawcore needs Python 3.11 or newer: name it with make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 1; }; \
$(PYTHON) rawcore/local/install.py $(1)
endef

setup: $(local)  ## Make .venv with what a clone runs on: driver, migrations, PostgreSQL 18, SeaweedFS

setup-server: $(run)  ## Make .venv for a server that has its own PostgreSQL and S3: driver and migrations

setup-dev: $(dev)  ## Make .venv with everything: to write contracts, to test, to lint

$(run): requirements.lock
	@$(call install,run)

$(local): requirements-local.lock
	@$(call install,local)

$(dev): requirements-dev.lock
	@$(call install,dev)

demo: $(local)  ## From nothing to a loaded core: database, S3 server, feed, ingest (under 3 minutes)
	@$(python) -m rawcore.demo $(ARGS)

test: $(dev)  ## All tests that are not slow (up to 5 minutes)
	@$(pytest) $(ARGS)

test-slow: $(dev)  ## Sizes over 100 MB and long property runs
	@$(python) -m pytest -m slow $(ARGS)

test-containers: $(dev)  ## The tests that touch a database on a testcontainers PostgreSQL (needs a Docker engine)
	@env -u RAWCORE_TEST_DATABASE_URL RAWCORE_TEST_DB=testcontainers $(pytest) $(with_database) $(ARGS)

test-matrix: $(dev)  ## The tests of SQL and of migrations on PostgreSQL 16 and 17
	@for version in 16 17; do \
	    $(python) -c "from rawcore.local.wheels import wheel_bin; wheel_bin($$version)" 2>/dev/null || { \
	        echo "PostgreSQL $$version: NOT run, its wheel is not made for this machine"; continue; }; \
	    echo "PostgreSQL $$version"; \
	    env -u RAWCORE_TEST_DATABASE_URL -u RAWCORE_TEST_DB RAWCORE_TEST_PG=$$version \
	        $(pytest) tests/migrations tests/db $(ARGS) || exit; \
	done

lint: $(dev)  ## ruff, mypy, the arrows between rooms, and squawk on the migrations
	@$(python) -m ruff check $(sources)
	@$(python) -m ruff format --check $(sources)
	@$(python) -m mypy $(sources)
	@$(venv)/bin/lint-imports --no-cache --no-logo
	@$(venv)/bin/squawk $(wildcard migrations/*/apply.sql)

format: $(dev)  ## Let ruff rewrite the Python files
	@$(python) -m ruff check --fix $(sources)
	@$(python) -m ruff format $(sources)

codegen: $(dev)  ## Render contracts/ into sql/generated and docs
	@$(python) -m codegen render $(ARGS)

new-source: $(dev)  ## Start a source from samples: ARGS="name ../in/*.csv --timezone Europe/Berlin"
	@$(python) -m codegen new-source $(ARGS)

migration: $(dev)  ## Write the next migration from what changed in the contracts and sql/
	@$(python) -m codegen migration $(ARGS)

check: $(dev)  ## Fail when anything rendered is stale
	@$(python) -m codegen check $(ARGS)

migrate: $(installed)  ## Apply the migrations to DATABASE_URL, or to the embedded server
	@$(python) -m codegen migrate $(ARGS)

rollback: $(installed)  ## Take the last migration back
	@$(python) -m codegen rollback $(ARGS)

bench: $(dev)  ## Measure rawcore against bare COPY and a hand-written floor
	@$(python) -m tests.bench $(ARGS)

psql: $(local)  ## Open psql on the database in use
	@$(python) -m rawcore.local.embedded psql

url: $(local)  ## Print the connection string in use
	@$(python) -m rawcore.local.embedded url

clean:  ## Stop the servers of this clone and remove their data and all caches (.venv stays)
	@if [ -x $(python) ] && [ -d .local ]; then $(python) -m rawcore.local.embedded remove; fi
	@rm -rf .local .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info
	@find . -name __pycache__ -type d -not -path './$(venv)/*' -prune -exec rm -rf {} +

# A lock file holds its set and those before it; the smaller ones take their versions from the larger.
lock_file := $(venv)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
    --custom-compile-command "make lock" pyproject.toml

lock: $(dev)  ## Write the three lock files anew from pyproject.toml, at the newest versions
	@$(lock_file) --upgrade --extra local --extra dev --output-file requirements-dev.lock
	@$(lock_file) --constraint requirements-dev.lock --upgrade --extra local --output-file requirements-local.lock
	@$(lock_file) --constraint requirements-dev.lock --upgrade --output-file requirements.lock
