# Everything one does with the project. Needs nothing but make and Python 3.11 or newer: `make` prints the menu.
# PYTHON=/path/to/python3 names the interpreter; otherwise the newest one found is taken.

SHELL := /bin/sh
.DEFAULT_GOAL := menu
VENV := .venv
BIN := $(VENV)/bin
RULES := .venv-rules
FUZZER := .venv-fuzz
PROBES := .venv-probes
SEMGREP := $(RULES)/bin/semgrep scan --metrics=off --disable-version-check
# What may hold a secret: all that is kept but hashes of packages, translations, pictures, what others wrote, and what is planted.
MAY_HOLD := git ls-files -z -- . ':!*.lock' ':!*.png' ':!locale' ':!*/vendor/*' ':!tools/secrets' ':!jingming/workorders/shipped_before.json'
LOCALE := locale/zh_Hans/LC_MESSAGES/django
# What checks without a database: a home of its own, and a server that nobody asks.
UNCONNECTED := JINGMING_HOME=$(VENV)/unconnected JINGMING_DATABASE_URL=postgresql://nobody@127.0.0.1:1/none

# Tests in parallel, one for each processor, which takes from the others when it has done its own; WITH= gives pytest
# other options, TESTS= what to run.
IN_PARALLEL := --numprocesses auto --dist worksteal
WITH ?= $(IN_PARALLEL)

export PYTHONUTF8 := 1

.PHONY: menu setup setup-dev run test mutants fuzz probes check rules bench chaos demo docs

menu:
	@echo 'make setup    a virtual environment in .venv with what the lock file names, and the jingming command'
	@echo 'make run      set up, prepare the database, load the demo city once, serve'
	@echo 'make test     all tests; those with a browser where Chromium is found'
	@echo 'make mutants  plant every authorisation fault of the table; each must be caught by its rows of the matrix'
	@echo 'make fuzz     schemathesis and a list of boundaries at every operation of the served API; long'
	@echo 'make probes   sqlmap and wapiti at the served desk as four roles; WITH=--quick, or all night'
	@echo 'make check    style, types, import contracts, templates, migrations, translations, security rules'
	@echo 'make rules    the security rules alone: fixtures of each rule, then the code, then secrets in files'
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

# Semgrep has many dependencies of its own: a place apart, so that it shares none with the product.
$(RULES)/ready: tools/semgrep/requirements.lock
	@test -x $(RULES)/bin/python || PYTHON='$(PYTHON)' tools/make-venv $(RULES)
	@$(RULES)/bin/python -m pip --disable-pip-version-check --quiet install --no-input --require-hashes --requirement $<
	@touch $@

# Each rule must find its bad fixture and leave the good one alone; then the product has no finding, and no file a secret.
rules: $(RULES)/ready
	@PATH="$(CURDIR)/$(RULES)/bin:$$PATH" $(SEMGREP) --test tools/semgrep > $(RULES)/log 2>&1 || { cat $(RULES)/log; exit 1; }
	@PATH="$(CURDIR)/$(RULES)/bin:$$PATH" $(SEMGREP) --config tools/semgrep --exclude tools/semgrep --exclude '**/migrations/**' \
		--error --quiet jingming config tools
	@test "$$($(RULES)/bin/detect-secrets-hook tools/secrets/planted.txt | grep -c '^Secret Type')" = 4 || \
		{ echo 'the scan for secrets does not find what is planted for it'; exit 1; }
	@$(MAY_HOLD) | xargs -0 $(RULES)/bin/detect-secrets-hook --baseline tools/secrets/known.json

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

# WITH='-k NAME' picks some of them.
mutants: setup-dev
	@$(BIN)/python -m tests.mutants $(WITH)

# Schemathesis has an environment of its own too. WITH='--examples 50 --seeds 1' is a quick look; the server's log is kept.
$(FUZZER)/ready: tests/fuzz/requirements.lock
	@test -x $(FUZZER)/bin/python || PYTHON='$(PYTHON)' tools/make-venv $(FUZZER)
	@$(FUZZER)/bin/python -m pip --disable-pip-version-check --quiet install --no-input --require-hashes --requirement $<
	@touch $@

fuzz: setup-dev $(FUZZER)/ready
	@$(BIN)/python -m tests.fuzz $(filter-out $(IN_PARALLEL),$(WITH)) 2> $(FUZZER)/served.log

# So have sqlmap and wapiti, which are programs of others under the GPL and share nothing with the product. WITH=--quick
# tries each name once, WITH='--minutes 30' as much as fits; the server's log and what the tools said are kept.
$(PROBES)/ready: tests/probes/requirements.lock
	@test -x $(PROBES)/bin/python || PYTHON='$(PYTHON)' tools/make-venv $(PROBES)
	@$(PROBES)/bin/python -m pip --disable-pip-version-check --quiet install --no-input --require-hashes --requirement $<
	@touch $@

probes: setup-dev $(PROBES)/ready
	@$(BIN)/python -m tests.probes $(filter-out $(IN_PARALLEL),$(WITH)) 2> $(PROBES)/served.log

check: setup-dev
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(UNCONNECTED) $(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive jingming config tools > $(VENV)/bandit.log 2>&1 || \
		{ grep -v '	WARNING	nosec' $(VENV)/bandit.log; exit 1; }
	@$(UNCONNECTED) $(BIN)/python -m tools.checks
	@$(BIN)/python -m tools.translations check
	@$(MAKE) --no-print-directory rules

bench: setup-dev
	@$(BIN)/python -m benchmarks

chaos: setup-dev
	@$(BIN)/python -m benchmarks.chaos

docs: setup-dev
	@$(UNCONNECTED) $(BIN)/python -m tools.docs
