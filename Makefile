# make demo     run the shipped scenario and write its report to demo/
# make test     the whole test suite
# make validation   simulate persons of the shipped tables and write docs/explanation/validation.md
# make check    format, lint, types, import layers, generated pages
# Each sets up .venv by itself the first time; the machine needs Python 3.11, 3.12 or 3.13 and nothing else.
.POSIX:
.PHONY: help setup demo test check check-format check-lint check-types check-layers check-docs format docs validation lock clean

BIN = .venv/bin
SCENARIO = scenarios/mssp_aco.yaml
DEMO = demo
WORKERS = 2

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

# Made anew only when the lock or pyproject.toml changed: .ci/setup compares them with the copies it left in .venv.
setup:
	@sh .ci/setup

demo: setup
	$(BIN)/vbcsim run $(SCENARIO) --out $(DEMO)
	@echo "The report is $(DEMO)/report.html: open it in a browser."

test: setup
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope

# `make -k check` goes on to the next after a failure.
check: check-format check-lint check-types check-layers check-docs

check-format: setup
	$(BIN)/ruff format --check .

check-lint: setup
	$(BIN)/ruff check .

check-types: setup
	$(BIN)/mypy

check-layers: setup
	$(BIN)/lint-imports --no-cache

check-docs: setup
	$(BIN)/python docs/generate.py --check

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup
	$(BIN)/python docs/generate.py

# A minute or two; a test says where the page is not of today's tables and facts.
validation: setup
	$(BIN)/vbcsim validate --out docs/explanation/validation.md --summary vbcsim/calibrate/published/validation.json

# Needs uv. The set-up itself does not.
UV = uv
lock:
	$(UV) pip compile pyproject.toml --group dev --universal --python-version 3.11 --no-build \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	  --output-file requirements.lock --upgrade --quiet

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage dist $(DEMO)
	find vbcsim tests docs benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
