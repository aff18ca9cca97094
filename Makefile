# Every recipe sets up what it needs by itself: Python 3.11 and make are enough.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
PORT ?= 8000
HOST ?= 127.0.0.1
TENANTS ?= 250
DAYS ?= 180

.PHONY: help setup demo test test-faults check format screenshots bench docs constraints clean

help: ## List the recipes
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

$(READY): constraints.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name it with make PYTHON=…"; exit 1; }
	@echo "Setting up $(VENV) …"
	@rm -rf $(VENV) && "$(PYTHON)" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r constraints.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $(READY)

setup: $(READY) ## Create the virtual environment

demo: $(READY) ## Build a demo database and serve it: PORT=8000 HOST=127.0.0.1 TENANTS=250 DAYS=180
	@$(BIN)/python -m client_health.demo --host $(HOST) --port $(PORT) --tenants $(TENANTS) --days $(DAYS)

test: $(READY) ## Run every test but those of test-faults: ARGS="-k name" to choose
	@$(BIN)/python -m pytest -n 3 --dist worksteal $(ARGS)

test-faults: $(READY) ## Kill, freeze, cut off, fill up: what docs/reliability.md promises. ARGS="-k name" to choose
	@$(BIN)/python -m pytest -n 4 --dist worksteal tests/faults $(ARGS)

check: $(READY) ## Format, lint, types, import order, docs in step with code
	@$(BIN)/ruff format --check src tests bench docs
	@$(BIN)/ruff check src tests bench docs
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy
	@$(BIN)/python docs/generate.py --check

format: $(READY) ## Format the code and write the generated docs
	@$(BIN)/ruff format src tests bench docs
	@$(BIN)/ruff check --fix src tests bench docs
	@$(BIN)/python docs/generate.py

screenshots: $(READY) ## Take pictures of every page into screenshots/, and those of the README: TENANTS=250 DAYS=180
	@$(BIN)/python -m tests.browser.screenshots --tenants $(TENANTS) --days $(DAYS)

bench: $(READY) ## Measure speed as ratios, side by side
	@$(BIN)/python -m bench $(ARGS)

constraints: ## Write constraints.txt anew: exact versions and hashes, no address
	@$(BIN)/uv pip compile --quiet --generate-hashes --no-header --universal --python-version 3.11 \
		--all-extras --group dev -o constraints.txt pyproject.toml

clean: ## Remove everything that the recipes made
	@rm -rf $(VENV) demo screenshots .chromium .pytest_cache .mypy_cache .ruff_cache .hypothesis
