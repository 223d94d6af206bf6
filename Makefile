# Every target makes what it needs on a machine that has Python 3.11 or newer, and make.

PYTHON := $(shell for p in "$${PYTHON:-}" python3 python3.13 python3.12 python3.11; do \
	[ -n "$$p" ] && command -v "$$p" >/dev/null 2>&1 && \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
BIN := .venv/bin
INSTALLED := .venv/installed

# Processes that test at the same time: as many as there are cores.
WORKERS := auto
# A file's tests stay in one process, so that what it sets up is set up once; files begin in the
# order in which tests/conftest.py puts them, the longest first.
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder

.PHONY: help run demo test test-rest chaos chaos-short check format bench fuzz mutants sbom clean

help: ## What can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: $(INSTALLED) ## A running shop with demo data; prints where it is and what to try
	$(BIN)/bittitan-plugin serve --demo

demo: $(INSTALLED) ## The whole story in the terminal, in a throw-away database
	@$(BIN)/bittitan-plugin demo

test: $(INSTALLED) ## Before every commit: unit tests, and integration on SQLite
	$(PYTEST) -m "not rest"

test-rest: $(INSTALLED) ## The others: PostgreSQL, browsers, whole installations; says what is missing here
	$(PYTEST) -m rest

chaos: $(INSTALLED) ## The proof that nothing is lost and nothing happens twice; half an hour
	$(BIN)/python -m tests.chaos

chaos-short: $(INSTALLED) ## The same in under five minutes
	$(BIN)/python -m tests.chaos --short

check: $(INSTALLED) ## Lint, types, import contracts, exported schema
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/bittitan-plugin schema | diff graphql/schema.graphql - \
		|| (echo "graphql/schema.graphql is out of date: make format" && exit 1)

format: $(INSTALLED) ## Write what check and the tests compare
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/bittitan-plugin schema > graphql/schema.graphql
	$(BIN)/python -m tests.unit.mail.reference > docs/reference/email-templates.md

fuzz: $(INSTALLED) ## What strangers could send, 50,000 times; prints a table
	$(BIN)/python -m tests.security.fuzzing

mutants: $(INSTALLED) ## Every guard taken away, one at a time; prints which test notices
	$(BIN)/python -m tests.security.mutants

bench: $(INSTALLED) ## Speed, as ratios against a floor; only="provisioning stock" takes some
	$(BIN)/python -m tests.benchmarks $(only)

sbom: ## What a released installation consists of: build/sbom.cdx.json (CycloneDX)
	$(PYTHON) -m venv --clear build/released build/bom
	PIP_CONSTRAINT=constraints.txt build/released/bin/python -m pip install --quiet --disable-pip-version-check .
	PIP_CONSTRAINT=constraints.txt build/bom/bin/python -m pip install --quiet --disable-pip-version-check \
		cyclonedx-bom
	build/bom/bin/cyclonedx-py environment --pyproject pyproject.toml --mc-type application \
		--output-reproducible --output-file build/sbom.cdx.json build/released/bin/python
	@echo "build/sbom.cdx.json"

clean: ## Forget everything that can be made again
	rm -rf .venv var dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(INSTALLED): pyproject.toml constraints.txt
	@[ -n "$(PYTHON)" ] || (echo "Python 3.11 or newer is needed; set PYTHON to where it is." && exit 1)
	$(PYTHON) -m venv .venv
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check pip
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--editable . --group dev
	@touch $@
