# The two commands of the README are `make demo` and `make up`; `make help` lists the others.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-annotate --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options
REQUIREMENTS := import tomllib; project = tomllib.load(open("pyproject.toml", "rb")); \
	extras = project["project"]["optional-dependencies"].values(); \
	print(*project["project"]["dependencies"], *(name for extra in extras for name in extra), \
	*project["dependency-groups"]["dev"], sep="\n")

.DEFAULT_GOAL := help
.PHONY: help setup demo up test test-integrations lint format migrate bench screenshots docs golden lock clean chromium

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' Makefile

setup: $(STAMP) ## Install the locked dependencies and the command `holdfast` into .venv

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Holdfast needs Python 3.11 or newer; choose one with: make PYTHON=python3.11 ..." >&2; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP) ## Play customer conversations on a fresh platform and check that nothing is lost
	$(BIN)/holdfast demo

up: $(STAMP) ## Start the whole platform; a second start resumes where the first one ended
	$(BIN)/holdfast dev

test: $(STAMP) chromium lint ## Run every check: format, types, import contracts, tests with coverage
	$(BIN)/pytest -n 2 --cov --cov-report=term:skip-covered

test-integrations: $(STAMP) ## Run every adapter through its official client against the stand-ins, faults included
	$(BIN)/pytest -n 2 -m integrations

lint: $(STAMP) ## Check format, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## Format the code and apply the fixes that are safe
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

migrate: $(STAMP) ## Bring the database schema up to date
	$(BIN)/holdfast migrate

bench: $(STAMP) ## Measure cost, speed, memory and recovery on the embedded platform
	$(BIN)/holdfast bench

screenshots: $(STAMP) chromium ## Take the pictures of the documentation
	$(BIN)/holdfast screenshots

docs: $(STAMP) ## Write docs/configuration.md and .env.example from the settings
	$(BIN)/python -m cli.configuration

golden: $(STAMP) ## Record the golden histories anew, after a change of commands that is meant
	HOLDFAST_RECORD_GOLDEN=1 $(BIN)/pytest -q tests/replay

lock: $(STAMP) ## Resolve the dependencies of pyproject.toml into requirements.lock
	$(BIN)/python -c '$(REQUIREMENTS)' | $(COMPILE) --output-file requirements.lock -

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
