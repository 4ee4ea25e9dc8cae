# `make serve` and `make test` do all the set-up that they need, in .venv beside this file.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help serve test check compat compat-tests compat-full compat-quick compat-big soak bench lock generate docs clean

help:  ## What can be made here.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

$(READY): requirements-dev.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

serve: $(READY)  ## Serve on 127.0.0.1:9092, data in ./kwire-data.
	$(BIN)/kwire serve

test: check  ## Everything static, then the unit, property and simulation tests.
	$(BIN)/python -m pytest tests

check: $(READY)  ## Lint, format, types, import contracts, generated code.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python protocol_specs/generate.py --check

compat: $(READY)  ## Every suite of real clients and tools against a kwire that the run starts; writes docs/compatibility.md.
	$(BIN)/python -m compat_tests.suites.run --jobs 2

compat-tests: $(READY)  ## The project's own tests with real clients and tools: a part of it, for every change.
	$(BIN)/python -m pytest compat_tests --ignore=compat_tests/connect --ignore=compat_tests/mirror

compat-quick: $(READY)  ## The quickest suites that clients bring along: for every change too.
	$(BIN)/python -m compat_tests.suites.run --quick --dry --jobs 2

compat-full: $(READY)  ## The project's own tests with one worker and two, with more records where a test can use them.
	COMPAT_FULL=1 $(BIN)/python -m pytest compat_tests
	COMPAT_FULL=1 COMPAT_WORKERS=2 $(BIN)/python -m pytest compat_tests

compat-big: $(READY)  ## The suites that install a lot.
	$(BIN)/python -m compat_tests.suites.run --big

soak: $(READY)  ## Kill the server under load, 200 times (KWIRE_KILLS), fill its disk, and simulate thousands of power losses.
	KWIRE_KILLS=$${KWIRE_KILLS:-200} $(BIN)/python -m pytest soak -s
	KWIRE_SEEDS=$${KWIRE_SEEDS:-2000} $(BIN)/python -m pytest -q tests/log/test_power_loss.py tests/simulation

bench: $(READY)  ## kwire against Apache Kafka and other peers on this machine, side by side: about twenty minutes.
	$(BIN)/python benchmarks/run.py

generate: $(READY)  ## Write the generated code anew from protocol_specs/.
	$(BIN)/python protocol_specs/generate.py

docs: $(READY)  ## Write the generated pages and tables of the documentation anew.
	$(BIN)/python -m tests.generated_docs

lock: $(READY)  ## Lock the newest dependencies that pyproject.toml allows.
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-emit-index-url \
		--python-version 3.11 --group dev pyproject.toml --output-file requirements-dev.lock

clean:  ## Remove what was built and cached, not your data.
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
