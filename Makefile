# The two commands of the README are `make demo` and `make up`; `make help` lists the others.

PYTHON ?= python3
BIN := .venv/bin
RUNTIME := .venv/.runtime-installed
DEVELOPMENT := .venv/.development-installed
UV := $(BIN)/python requirements/uv.py --no-progress
INSTALL := $(UV) pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode
INSTALL_COMMAND := $(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header

# An environment that was moved, or whose Python is gone after an upgrade, cannot be mended: it is made anew.
ifneq ($(wildcard $(RUNTIME)),)
ifneq ($(shell $(BIN)/python -c "" 2>/dev/null && { test ! -e $(BIN)/holdfast || test -x "$$(head -n 1 $(BIN)/holdfast | cut -c 3-)"; } && echo sound),sound)
$(info The Python of .venv is gone, so .venv is made anew.)
$(shell rm -rf .venv)
endif
endif

.DEFAULT_GOAL := help
.PHONY: help setup setup-development demo up test test-integrations lint format migrate bench chaos screenshots docs golden lock clean chromium \
	types console console-types test-api test-ai test-confidence test-e2e test-performance test-deploy security-audit prometheus

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' Makefile

setup: $(RUNTIME) ## Install what is locked to run Holdfast, and the command `holdfast`, into .venv

setup-development: $(DEVELOPMENT) ## Install what is locked to check and test Holdfast, too

$(BIN)/uv: requirements/bootstrap.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Holdfast needs Python 3.11 or newer; choose one with: make PYTHON=python3.11 ..." >&2; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement $<
	@touch $@

$(RUNTIME): $(BIN)/uv requirements/runtime.lock pyproject.toml
	$(INSTALL) requirements/bootstrap.lock requirements/runtime.lock
	$(INSTALL_COMMAND)
	@touch $@

$(DEVELOPMENT): $(RUNTIME) requirements/development.lock
	$(INSTALL) requirements/bootstrap.lock requirements/runtime.lock requirements/development.lock
	$(INSTALL_COMMAND)
	@touch $@

demo: $(RUNTIME) ## Play customer conversations on a fresh platform and check that nothing is lost
	$(BIN)/holdfast demo

up: $(RUNTIME) ## Start the whole platform; a second start resumes where the first one ended
	$(BIN)/holdfast dev

test: $(DEVELOPMENT) chromium prometheus lint ## Run every check: format, types, import contracts, tests with coverage
	$(BIN)/pytest -n 2 --cov --cov-report=term:skip-covered

test-integrations: $(DEVELOPMENT) ## Run every adapter through its official client against the stand-ins, faults included
	$(BIN)/pytest -n 2 -m integrations

lint: $(DEVELOPMENT) ## Check format, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEVELOPMENT) ## Format the code and apply the fixes that are safe
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

migrate: $(RUNTIME) ## Bring the database schema up to date
	$(BIN)/holdfast migrate

bench: $(RUNTIME) ## Measure on the embedded platform; BASELINE=<commit> beside that build, PEERS=1 beside LangGraph and DBOS
	$(BIN)/holdfast bench $(if $(PEERS),--peers) $(if $(BASELINE),--baseline '$(BASELINE)')

chaos: $(RUNTIME) ## Kill every part while customers write, then judge; SEED=, CONVERSATIONS=, MINUTES=, REPORT=, PLANT=
	$(BIN)/holdfast chaos $(if $(CONVERSATIONS),--conversations $(CONVERSATIONS)) $(if $(MINUTES),--minutes $(MINUTES)) \
		$(if $(SEED),--seed $(SEED)) $(if $(REPORT),--report $(REPORT)) $(if $(PLANT),--plant $(PLANT))

screenshots: $(DEVELOPMENT) chromium ## Take the pictures of the documentation
	$(BIN)/holdfast screenshots

console: ## Build the console into gateway/static/console, and check its sources; needs Node, which nothing else does
	cd console && npm ci --no-fund --no-audit && npm run format:check && npm run lint && npm run build

console-types: $(DEVELOPMENT) ## Write the console's types of the API from the gateway's description of itself
	$(BIN)/python -m gateway.description > console/openapi.json
	cd console && npx openapi-typescript openapi.json --output src/api/schema.d.ts && rm openapi.json

docs: $(DEVELOPMENT) ## Write docs/configuration.md and .env.example from the settings
	$(BIN)/python -m cli.configuration

golden: $(DEVELOPMENT) ## Record the golden histories anew, after a change of commands that is meant
	HOLDFAST_RECORD_GOLDEN=1 $(BIN)/pytest -q tests/replay

lock: $(BIN)/uv ## Resolve the dependencies of pyproject.toml into requirements/
	$(COMPILE) --group bootstrap --output-file requirements/bootstrap.lock
	$(COMPILE) --all-extras --output-file requirements/runtime.lock pyproject.toml
	$(COMPILE) --group dev --constraint requirements/runtime.lock --constraint requirements/bootstrap.lock \
		--output-file requirements/development.lock
	for peer in langgraph dbos; do \
		$(COMPILE) --output-file bench/peers/programs/$$peer.lock bench/peers/programs/$$peer.in || exit; \
	done

clean: ## Remove the environment and all caches; the state under .holdfast stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage* *.egg-info build

# The browser tests and the screenshots drive Debian's Chromium.
chromium:
	@command -v chromium >/dev/null && exit; \
	if [ "$$(id -u)" = 0 ]; then as_root=; \
	elif sudo -n true 2>/dev/null; then as_root=sudo; \
	else echo "Chromium is missing. Install it with: sudo apt-get install chromium" >&2; exit 1; fi; \
	$$as_root apt-get update && \
	$$as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium

# Parts of `make test`, for whoever works on one thing, and what takes a run of its own.
types: $(DEVELOPMENT) ## Check the types
	$(BIN)/mypy

test-api: $(DEVELOPMENT) ## Test the gateway over real sockets: HTTP, web chat, webhooks
	$(BIN)/pytest -n 2 tests/gateway

test-ai: $(DEVELOPMENT) ## Test what AI agents do: drafting, grounding, tools, prompts, every model provider
	$(BIN)/pytest -n 2 tests/answering tests/activities tests/integrations/llm tests/integrations/tools

test-confidence: $(DEVELOPMENT) ## Test confidence and decisions, then measure them on held-out messages
	$(BIN)/pytest -n 2 -k "confidence or decision or calibration or evaluat" tests/domain tests/answering tests/cli
	$(BIN)/holdfast evaluate techflow

test-e2e: $(DEVELOPMENT) chromium ## Test whole conversations, killed processes and outages, and the chat in a real browser
	$(BIN)/pytest -n 2 tests/e2e tests/chaos tests/browser

test-performance: $(DEVELOPMENT) ## Measure a short run; fails when a turn costs more than its budget or a message is lost
	$(BIN)/holdfast bench --quick

test-deploy: $(DEVELOPMENT) prometheus ## Test image, compose file, chart, alerts and dashboards against a running platform
	$(BIN)/pytest -n 2 --dist loadfile tests/deploy

security-audit: $(DEVELOPMENT) ## Look for weak code, secrets, unsuitable licences and known vulnerabilities
	$(BIN)/pytest -n 2 -rs tests/security

# Debian's Prometheus, unpacked beside the other tools: nothing is installed, and no service starts.
prometheus: $(DEVELOPMENT)
	@command -v promtool >/dev/null || test -x $(BIN)/promtool && exit; \
	folder=$$(mktemp -d) && target=$$PWD/$(BIN) && cd $$folder \
	&& { apt-get download prometheus || { apt-get update && apt-get download prometheus; }; } >/dev/null \
	&& dpkg-deb --extract prometheus_*.deb . && cp usr/bin/prometheus usr/bin/promtool $$target && rm -r $$folder \
	|| echo "Prometheus cannot be had here, so the tests that read with it are skipped." >&2
