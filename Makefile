# Every chore has one entry here. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1

help: ## list the chores
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade "pip>=25.1"

# torch goes first and by itself: unless it is there already, other packages' requests bring the CUDA build, 3 GB more.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet "torch==2.13.0"
	$(BIN)/pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/pip install --quiet --group dev
	@touch $@

install: $(VENV)/.installed ## make .venv and install

models: $(VENV)/.installed ## fetch the model weights that demo and tests use
	$(BIN)/chuchu models fetch multilingual-e5-small qwen2.5-coder-1.5b-instruct-q4 qwen2.5-coder-0.5b-instruct-q4

demo: $(VENV)/.installed ## install, fetch models, ingest the samples, ask, show the evidence
	$(BIN)/chuchu models fetch
	$(BIN)/python samples/demo.py

serve: $(VENV)/.installed ## the API, the page and the worker on http://127.0.0.1:8000
	$(BIN)/chuchu models fetch
	$(BIN)/chuchu serve

services: ## install what the tests need of Debian's packages
	scripts/install-test-services

test: $(VENV)/.installed-dev services models ## install what tests need and run them all
	$(BIN)/python -m pytest

# A file's tests stay together in one process: they share what their module made.
test-fast: $(VENV)/.installed-dev ## the tests without weights and services, on all cores, in under two minutes
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not models and not slow"

fmt: $(VENV)/.installed-dev ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: $(VENV)/.installed-dev ## format, lint, types and import contracts, without changing anything
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy samples/demo.py
	$(BIN)/lint-imports

bench: $(VENV)/.installed models ## print the performance figures in the README
	$(BIN)/python -m benchmarks

# Any corpus and questions in the format of docs/evaluation.md; the samples by default.
EVAL ?= --documents samples/documents --queries samples/questions.jsonl --out out/eval.jsonl
eval: $(VENV)/.installed ## measure answers and citations, on the samples or with EVAL="…" on your own
	$(BIN)/chuchu models fetch
	$(BIN)/chuchu eval run $(EVAL)

.PHONY: help install models demo serve services test test-fast fmt check bench eval
