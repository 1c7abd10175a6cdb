# Everything one does with the project. Needs nothing but make and Python 3.11 or newer: `make` prints the menu.
# PYTHON=/path/to/python3 names the interpreter; otherwise the newest one found is taken.

SHELL := /bin/sh
.DEFAULT_GOAL := menu
VENV := .venv
BIN := $(VENV)/bin
LOCALE := locale/zh_Hans/LC_MESSAGES/django
# What checks without a database: a home of its own, and a server that nobody asks.
UNCONNECTED := JINGMING_HOME=$(VENV)/unconnected JINGMING_DATABASE_URL=postgresql://nobody@127.0.0.1:1/none

# Tests in parallel, one for each processor; WITH= gives pytest other options, TESTS= what to run.
WITH ?= --numprocesses auto

export PYTHONUTF8 := 1

.PHONY: menu setup setup-dev run test check bench chaos demo docs

menu:
	@echo 'make setup    a virtual environment in .venv with what the lock file names, and the jingming command'
	@echo 'make run      set up, prepare the database, load the demo city once, serve'
	@echo 'make test     all tests; those with a browser where Chromium is found'
	@echo 'make check    style, types, import contracts, templates, migrations, translations'
	@echo 'make bench    the speed measurements, as ratios'
	@echo 'make chaos    kill web and worker while orders are made; none may be lost or doubled'
	@echo 'make demo     load the demo city into the database of this installation'
	@echo 'make docs     write the pages that are generated from the code'

setup: $(VENV)/ready
	@$(MAKE) --no-print-directory --silent $(LOCALE).mo
setup-dev: $(VENV)/ready-dev
	@$(MAKE) --no-print-directory --silent $(LOCALE).mo

$(BIN)/python:
	@PYTHON='$(PYTHON)' tools/make-venv $(VENV)

# A stamp holds the checksum of the lock that was installed: nothing is fetched again for the same lock.
$(VENV)/ready: requirements.lock | $(BIN)/python
	@tools/install-lock $(VENV) requirements.lock $@

$(VENV)/ready-dev: requirements-dev.lock | $(BIN)/python
	@tools/install-lock $(VENV) requirements-dev.lock $@
	@touch $(VENV)/ready

$(LOCALE).mo: $(LOCALE).po
	@$(BIN)/python -m tools.translations compile

# The parent prepares and then serves, so that the embedded database starts once.
run: setup
	@exec $(BIN)/jingming serve --prepare

demo: setup
	@$(BIN)/jingming migrate
	@$(BIN)/jingming demo

test: setup-dev
	@$(BIN)/python -m pytest $(WITH) $(TESTS)

check: setup-dev
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(UNCONNECTED) $(BIN)/mypy
	@$(BIN)/lint-imports
	@$(UNCONNECTED) $(BIN)/python -m tools.checks
	@$(BIN)/python -m tools.translations check

bench: setup-dev
	@$(BIN)/python -m benchmarks

chaos: setup-dev
	@$(BIN)/python -m benchmarks.chaos

docs: setup-dev
	@$(UNCONNECTED) $(BIN)/python -m tools.docs
