# The manual: "make help" lists what there is to do. Everything is installed into .venv.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq install
COMPILE := .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
EXAMPLES ?= 2000
# The tests that have every branch of domain/ and callpath/. Measuring makes a test take twice as long, so no others are.
MEASURED := tests/domain tests/callpath

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test test-phones covered quick fuzz soak check pictures assets audit sbom secrets bench lock clean

help: ## list what there is to do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/run.stamp ## install what running needs

demo: .venv/run.stamp ## serve a made-up account to try things on (PORT=8001 for another port)
	@$(BIN)/aiguillage demo $(if $(PORT),--port $(PORT))

serve: .venv/run.stamp ## serve your own accounts
	@$(BIN)/aiguillage serve $(if $(PORT),--port $(PORT))

test: .venv/dev.stamp ## run the tests; every branch of domain/ and callpath/ must be covered
	@$(BIN)/pytest -n 3 --dist worksteal $(MEASURED) --cov --cov-report=; measured=$$?; \
	$(BIN)/pytest -n 3 --dist worksteal $(MEASURED:%=--ignore=%) --ignore=tests/phones && exit $$measured
	@$(MAKE) --no-print-directory covered

test-phones: .venv/dev.stamp ## place real SIP calls through Kamailio (apt install kamailio kamailio-utils-modules sip-tester)
	$(BIN)/pytest tests/phones

quick: .venv/dev.stamp ## check what you changed, and run the tests of its rooms (SINCE=HEAD~3 for more than is uncommitted)
	@$(BIN)/ruff check -q
	@$(BIN)/ruff format -q --check
	@$(BIN)/mypy
	@$(BIN)/python -m tests.quick $(SINCE)

covered: # what the last tests left out of domain/ and callpath/
	@report=$$($(BIN)/coverage report --show-missing --skip-covered --fail-under=100) \
		|| { echo "$$report"; exit 1; }

fuzz: .venv/dev.stamp ## send the API all that schemathesis thinks of (EXAMPLES=2000 of each operation)
	$(BIN)/python -m tests.fuzz --examples $(EXAMPLES)

soak: .venv/dev.stamp ## run the long tests: kills, corruptions, faults by the hundred (K=kill for a part)
	$(BIN)/pytest tests/soak -o python_files='soak_*.py' -q -s -k '$(K)'

check: .venv/dev.stamp ## lint, check the format, the types and the imports between rooms
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

pictures: .venv/dev.stamp ## take the pictures of the console in docs/pictures (needs chromium)
	$(BIN)/python -m tests.console.pictures

assets: ## take the console's styles and scripts of others from npm, by assets/package-lock.json
	cd assets && npm ci --silent --ignore-scripts --no-audit --no-fund
	$(PYTHON) assets/take.py

audit: .venv/dev.stamp ## ask whether what we depend on has known vulnerabilities (takes a network)
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements/run.txt \
		|| { echo "Not passed: something was found, or nobody could be asked; the lines above say which." >&2; exit 1; }

sbom: .venv/dev.stamp ## list what we depend on, as CycloneDX, in dist/sbom.json
	@mkdir -p dist
	@$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml -o dist/sbom.json requirements/run.txt
	@echo "dist/sbom.json"

secrets: .venv/dev.stamp ## look for secrets in every file that git tracks
	@$(BIN)/python -m tests.no_secrets \
		|| { echo "Not passed: something was found, or nobody could look; the lines above say which." >&2; exit 1; }

bench: .venv/dev.stamp ## measure, and compare with the figures to keep
	$(BIN)/python -m bench

lock: ## pin what pyproject.toml asks for (LOCK=--upgrade takes newer releases)
	@test -x .venv-lock/bin/uv || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/python -m pip install --quiet uv; }
	$(COMPILE) $(LOCK) --group build -o requirements/run.txt pyproject.toml
	$(COMPILE) $(LOCK) --group build --group dev -c requirements/run.txt -o requirements/dev.txt pyproject.toml
	$(COMPILE) $(LOCK) --group pyproject.toml:bench -c requirements/run.txt -o requirements/bench.txt

clean: ## remove everything that make made
	rm -rf .venv .venv-lock .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache dist
	find bench src tests -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

.venv/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Python 3.11 or newer is needed: install it, or name it with 'make PYTHON=python3.12 ...'." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null && $(PYTHON) -m venv .venv \
		|| { rm -rf .venv; echo "Python cannot make virtual environments here: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip --disable-pip-version-check -qq uninstall --yes setuptools

.venv/run.stamp: .venv/pyvenv.cfg requirements/run.txt pyproject.toml
	@echo "Installing into .venv (once; under a minute) ..." >&2
	@$(PIP) --require-hashes --no-deps -r requirements/run.txt
	@$(PIP) --no-build-isolation --no-deps --editable .
	@$(BIN)/python -m compileall -q src
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements/dev.txt
	@echo "Installing the test tools into .venv (once) ..." >&2
	@$(PIP) --require-hashes --no-deps -r requirements/dev.txt
	@touch $@
