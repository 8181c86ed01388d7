# Every chore has a name; `make help` lists them. Everything runs in .venv, which is made on demand.
# Stamps in .venv say what is installed: the product alone (enough for `make demo`), or the tools of tests and checks too.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
MADE := $(VENV)/pyvenv.cfg
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
TRAIN := $(VENV)/.train
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
PORT ?=
DATA ?=
ARGS ?=

.PHONY: help
help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | while IFS='|' read -r name what; do \
	printf '  make %-18s %s\n' "$$name" "$$what"; done

# ---------------------------------------------------------------- using it

.PHONY: demo
demo: $(RUNTIME) assets ## The demo business, ready to try (PORT=8080, DATA=data)
	@export $(if $(PORT),FIRSTLINE_PORT=$(PORT)) $(if $(DATA),FIRSTLINE_DATA="$(DATA)"); exec $(BIN)/firstline demo $(ARGS)

.PHONY: install
install: $(RUNTIME) assets ## The environment and the front-end files, nothing started

.PHONY: assets
assets: | $(RUNTIME) ## Fetch the front-end packages into src/firstline/web/assets/vendor
	@$(BIN)/python scripts/fetch_assets.py

# ---------------------------------------------------------------- tests and checks

.PHONY: test
test: $(DEV) assets browser ocr ## Every test: two pytest runs, without and with the browser (ARGS=)
	@status=0; \
	echo "== tests without a browser"; $(BIN)/pytest -m "not browser" $(PYTEST_ARGS) || status=1; \
	echo "== tests in Chromium"; $(BIN)/pytest -m browser $(PYTEST_ARGS) || status=1; \
	exit $$status

.PHONY: unit
unit: $(DEV) ocr ## The tests without a browser only (ARGS=)
	@$(BIN)/pytest -m "not browser" $(PYTEST_ARGS)

# A test that hangs must not hold the whole run; skips are listed with their reasons, never silent.
PYTEST_ARGS = -rs --timeout 300 $(ARGS)

.PHONY: browser
browser: ## Install Chromium for the browser tests and the screenshots, when it is missing
	@bash scripts/install_browser.sh

.PHONY: ocr
ocr: ## Install Tesseract (eng, spa), which reads scanned pages and pictures, when it is missing
	@bash scripts/install_tesseract.sh

CHECKS := check-format check-lint check-types check-floors check-sizes check-tenancy check-locks check-licences check-widget

.PHONY: check
check: $(DEV) assets ## Format, lint, types, floors, sizes, tenancy, locks, licences, widget size
	@if $(MAKE) --no-print-directory --keep-going $(CHECKS); then echo "check: all of it passed"; \
	else echo "check: FAILED, see above"; exit 1; fi

.PHONY: $(CHECKS)
check-format: $(DEV) ## ruff format --check
	@$(BIN)/ruff format --check --quiet . || { $(BIN)/ruff format --check . ; exit 1; }
check-lint: $(DEV) ## ruff check
	@$(BIN)/ruff check .
check-types: $(DEV) ## mypy --strict
	@$(BIN)/mypy
check-floors: $(DEV) ## Who may import whom (import-linter)
	@$(BIN)/lint-imports
check-sizes: $(DEV) ## Files over 400 lines, functions over 60, drawers without a name
	@$(BIN)/python scripts/check_sizes.py
check-tenancy: $(DEV) ## SQL on tenant tables outside the one door
	@$(BIN)/python scripts/check_tenancy.py
check-locks: $(DEV) ## The locks hold what pyproject.toml asks for, with hashes and without addresses
	@$(BIN)/python scripts/check_locks.py
check-licences: $(DEV) ## The licence of every locked package
	@$(BIN)/python scripts/licences.py
check-widget: $(DEV) assets ## The size budget of the widget
	@$(BIN)/python scripts/widget_budget.py

.PHONY: format
format: $(DEV) ## Format the code and mend what the linter can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# ---------------------------------------------------------------- benchmarks

.PHONY: bench
bench: $(DEV) assets ## All numbers of docs/benchmarks.md (minutes; ARGS=--quick)
	@$(BIN)/python -m benchmarks $(ARGS)

.PHONY: bench-speed
bench-speed: $(DEV) assets ## First delta, load, open streams, start-up, memory (ARGS=--quick)
	@$(BIN)/python -m benchmarks.speed.run $(ARGS)

.PHONY: bench-answers
bench-answers: $(DEV) ## Fifty questions to the demo business, no key, no network
	@$(BIN)/python benchmarks/answers/run.py $(ARGS)

.PHONY: bench-knowledge
bench-knowledge: $(DEV) ## Retrieval, its speed, ingestion, boilerplate, governance (ARGS="speed --quick")
	@$(BIN)/python -m benchmarks.knowledge $(ARGS)

.PHONY: bench-retrieval
bench-retrieval: $(DEV) ## Recall and answerability on the public sets alone (ARGS=--all: with e5)
	@$(BIN)/python -m benchmarks.retrieval $(ARGS)

.PHONY: bench-xquad
bench-xquad: $(DEV) ## Does the chosen sentence hold the answer, on XQuAD
	@$(BIN)/python -m benchmarks.xquad $(ARGS)

.PHONY: bench-understanding
bench-understanding: $(DEV) ## Intents, dates and language, with their latency
	@$(BIN)/python benchmarks/understanding.py $(ARGS)

# ---------------------------------------------------------------- keeping it

.PHONY: docs
docs: $(DEV) ## Write the README's table of settings from the code
	@$(BIN)/python scripts/settings_table.py

.PHONY: train
train: $(TRAIN) ## Train the small model of firstline.understanding again
	@OMP_NUM_THREADS=1 $(BIN)/python scripts/train_understanding.py $(ARGS)

.PHONY: fit-retrieval
fit-retrieval: $(DEV) ## Fit the weights of retrieval again on the public sets (the first time embeds them: 15 minutes)
	@OMP_NUM_THREADS=1 $(BIN)/python -m scripts.fit_retrieval --write $(ARGS)

.PHONY: screenshots
screenshots: $(DEV) assets browser ## The pictures of the README, made of the running demo
	@$(BIN)/python scripts/screenshots.py $(ARGS)

LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate \
	--python-version 3.11 --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

.PHONY: lock
lock: $(MADE) ## Write requirements/*.lock again after a change of a dependency (UPGRADE=1: newest versions)
	@[ -x $(BIN)/uv ] || $(PIP) install -qq uv
	@$(LOCK) pyproject.toml requirements/build.in -o requirements/runtime.lock
	@$(LOCK) pyproject.toml requirements/build.in requirements/dev.in -c requirements/runtime.lock -o requirements/dev.lock
	@$(LOCK) requirements/train.in -c requirements/dev.lock -o requirements/train.lock

.PHONY: clean
clean: ## Remove the environment, caches and fetched packages (never the data)
	rm -rf $(VENV) node_modules src/firstline/web/assets/vendor build dist .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---------------------------------------------------------------- the environment

$(MADE):
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or newer is needed; name one with PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c '$(NEW_ENOUGH)' || { echo "$(PYTHON) is older than Python 3.11; name another with PYTHON="; exit 1; }
	@echo "making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "no environment could be made (on Debian and Ubuntu: apt install python3-venv)"; exit 1; }

$(RUNTIME): requirements/runtime.lock pyproject.toml | $(MADE)
	@echo "installing what Firstline needs (the first time: some 300 MB, a minute or two)"
	@$(PIP) install -qq --require-hashes -r requirements/runtime.lock
	@$(PIP) install -qq --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements/dev.lock pyproject.toml | $(MADE)
	@echo "installing Firstline with the tools of its tests (the first time: some 450 MB, a minute or two)"
	@$(PIP) install -qq --require-hashes -r requirements/dev.lock
	@$(PIP) install -qq --no-deps --no-build-isolation -e .
	@touch $(RUNTIME) $@

$(TRAIN): requirements/train.lock | $(DEV)
	@$(PIP) install -qq --require-hashes -r requirements/train.lock
	@touch $@
