# hefu: `make` alone lists the targets.
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
BROWSER := $(VENV)/.browser
RIVALS := .venv-rivals/.installed
CHAINS := .venv-chains/.installed
PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
SEEDS ?= 300
MINUTES ?= 1
SHARE ?= 1
MESSAGES ?= 100000

.DEFAULT_GOAL := help
.PHONY: help install browser up demo test lint format simulate storm backlog model reliability mutation bench chains-evaluation chains-learning rules-docs lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

install: $(STAMP) ## make .venv with everything, hefu included

$(STAMP): requirements/dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "hefu needs Python 3.11 or newer / 需要 Python 3.11 或更高版本"; exit 2; }
	@test -x $(BIN)/pip || { rm -rf $(VENV); $(PYTHON) -m venv $(VENV) 2>/dev/null; } || { rm -rf $(VENV); \
		test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null \
		&& $(PYTHON) -m venv $(VENV); } || { rm -rf $(VENV); \
		echo "no venv module: apt-get install python3-venv / 缺少 venv 模块: apt-get install python3-venv"; exit 2; }
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

browser: $(BROWSER) ## a browser for the tests of the report, if apt-get may install one

$(BROWSER): $(STAMP)
	@for b in chromium chromium-browser google-chrome; do command -v "$$b" >/dev/null && exit 0; done; \
		{ test "$$(id -u)" = 0 && command -v apt-get && apt-get update -qq \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 \
		|| echo "no browser: tests of the report's page are skipped / 没有浏览器, 跳过报告页面的测试"
	@touch $@

up: $(STAMP) ## start both nodes, load the samples, serve until Ctrl-C
	@$(BIN)/hefu up

demo: $(STAMP) ## play the whole story; exit 0 only if every step came out as it must
	@$(BIN)/hefu demo

test: $(STAMP) $(BROWSER) ## run the tests
	$(BIN)/pytest -n 2 -q

lint: $(STAMP) ## format, lint, strict types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## let the formatter have its way
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

simulate: $(STAMP) ## run SEEDS=N two-node histories with faults
	$(BIN)/python -m tests.simulation --seeds $(SEEDS)

storm: $(STAMP) ## MINUTES=N of clients over HTTP and kill -9; what they were told must be linearizable
	$(BIN)/python -m tests.history --minutes $(MINUTES)

backlog: $(STAMP) ## an outage of MESSAGES=N messages, drained under load
	$(BIN)/python -m tests.backlog --messages $(MESSAGES)

model: $(STAMP) ## prove the model of the protocol, and find the errors planted in it
	$(BIN)/python -m tests.model

reliability: ## everything of docs/reliability.md, one after the other (SEEDS=100000 MINUTES=10: about an hour on 2 cores)
	$(MAKE) model
	$(MAKE) simulate SEEDS=$(SEEDS)
	HEFU_RESTORES=1000 HEFU_RACES=3000 HEFU_DEATHS=2 $(BIN)/pytest -n 2 -q tests/link/test_restores.py tests/acceptance
	$(MAKE) storm MINUTES=$(MINUTES)
	$(MAKE) backlog MESSAGES=$(MESSAGES)

mutation: $(STAMP) ## share of the mutants of rules/ that the tests notice (MODULES="value dates" SHARE=0.1)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/mutation.txt
	$(BIN)/python -m tests.mutation $(MODULES) --share $(SHARE)

bench: $(STAMP) $(RIVALS) ## measure, side by side, medians
	$(BIN)/python -m benchmarks

$(RIVALS): requirements/rivals.txt $(STAMP)
	@$(BIN)/python -m venv --clear .venv-rivals
	.venv-rivals/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/rivals.txt
	@touch $@

chains-evaluation: $(CHAINS) ## how far chains are laid bare, in SEEDS=3 simulated worlds, beside other methods; writes benchmarks/CHAINS.md
	PYTHONPATH=src .venv-chains/bin/python -m benchmarks.chains --seeds $(if $(filter file,$(origin SEEDS)),3,$(SEEDS)) --write

chains-learning: $(CHAINS) ## learn how much each indicator counts when cases are ordered, beside the rules' weights; writes learned.toml
	PYTHONPATH=src .venv-chains/bin/python -m benchmarks.chains.learning --write

$(CHAINS): requirements/chains.txt
	@$(or $(PYTHON),python3) -m venv --clear .venv-chains
	.venv-chains/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/chains.txt
	@touch $@

rules-docs: $(STAMP) ## write docs/rules from the rules
	@$(BIN)/python -m hefu.cli.pages docs/rules

lock: $(STAMP) ## compile the requirements with hashes
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate requirements/runtime.in -o requirements/runtime.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate requirements/dev.in -o requirements/dev.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate -c requirements/dev.txt requirements/mutation.in -o requirements/mutation.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate requirements/rivals.in -o requirements/rivals.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate -c requirements/runtime.txt requirements/chains.in -o requirements/chains.txt

clean: ## remove the environment and all data of the nodes
	rm -rf $(VENV) .venv-rivals .venv-chains var
