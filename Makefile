# Two commands: `make up` runs the product, `make test` proves it.  Both set up what they need.
PORT  ?= 8400
STATE ?= .studiogate
RUN    = .venv/bin

.DEFAULT_GOAL := help
.PHONY: help up down test soak check format bench bundle docs clean setup setup-test

help:            ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.run-ready

setup-test: .venv/.test-ready

.venv/.run-ready: pyproject.toml uv.lock tools/setup
	@sh tools/setup run

.venv/.test-ready: pyproject.toml uv.lock tools/setup tools/checkov.txt tools/peers/package-lock.json
	@sh tools/setup test

up: setup        ## Start the emulated organisation, the gateway and the portal; Ctrl-C stops
	@exec $(RUN)/studiogate up examples/two-lobs.yaml --port $(PORT) --state $(STATE)

down: setup      ## Stop what `make up` or `studiogate up --detach` started
	@$(RUN)/studiogate down --state $(STATE)

test: setup-test ## Run every test: rooms, attacks, journeys, browser
	@sh tools/setup test-packages
	@$(RUN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

soak: setup-test ## The slow checks: large landscapes, every property many times
	@sh tools/setup test-packages
	@sh tools/setup soak-packages
	@$(RUN)/pytest -m soak tests/soak --timeout=1800
	@$(RUN)/pytest -m "not browser and not soak" --hypothesis-profile=soak --timeout=1800 \
	    tests/landscape tests/policy tests/topology tests/reach tests/foundation

check: setup-test ## Format, lint, types, floors
	@$(RUN)/ruff format --check .
	@$(RUN)/ruff check .
	@$(RUN)/mypy
	@$(RUN)/lint-imports --no-logo

format: setup-test ## Let the formatter have its way
	@$(RUN)/ruff format .
	@$(RUN)/ruff check --fix .

bench: setup-test ## Measure: ratios in one run, never a test
	@for one in benchmarks/*.py; do echo "== $$one"; \
	    $(RUN)/python -m benchmarks.$$(basename $$one .py) || exit 1; done

bundle: setup    ## Build what Lambda runs, and say where it is
	@$(RUN)/python -m tools.bundle

docs: setup-test ## Write the generated pages anew
	@$(RUN)/python -m tools.reference
	@$(RUN)/python -m tools.requirements
	@$(RUN)/python -m tools.reach_picture

clean:           ## Remove environments, caches and the state of `make up`
	rm -rf .venv .tools .studiogate .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
