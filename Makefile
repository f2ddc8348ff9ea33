# The same commands for people and for CI. `fly` and `test` do all the set-up.

PYTHON ?= python3
BIN := .venv/bin
# both hold a copy of pyproject.toml's date, so a changed dependency installs again
RUN := .venv/.installed
DEV := .venv/.installed-dev

.PHONY: fly test test-slow check bench docs blind defects console-test

fly: $(RUN)  ## set up, then fly HAKUTO-R Mission 2 from lunar orbit to the ground
	$(BIN)/frigoris fly hakuto-r-m2 --undispersed

test: $(DEV)  ## set up, then run every test
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-slow: $(DEV)  ## the long statistics of which `make test` runs a sample
	$(BIN)/python -m pytest -n 2 --dist loadfile -m slow

check: $(DEV)  ## format, lint, types, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict src
	$(BIN)/python -m pytest -q tests/architecture

bench: $(DEV)  ## the speed figures
	$(BIN)/python -m frigoris.bench
	$(BIN)/python tests/bench/touchdown.py

docs: $(RUN)  ## write the generated pages of docs/ again
	$(BIN)/python -m frigoris.mission.document > .venv/page.md
	mv .venv/page.md docs/mission-file.md
	$(BIN)/python -m frigoris.packets.document > .venv/page.md
	mv .venv/page.md docs/telemetry.md
	$(BIN)/python -m frigoris.flight.protocol_document docs/own-flight-software.md
	$(BIN)/python -m frigoris.mission.faults.document docs/faults.md

defects: $(DEV)  ## plant each known defect in a copy: some test must kill it
	$(BIN)/python tests/defects/run.py

blind:
	@echo "blind: investigations without the answer come with 'frigoris investigate', which is not built yet." >&2; exit 2

console-test:
	@echo "console-test: the browser tests come with 'frigoris console', which is not built yet." >&2; exit 2

$(RUN): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "frigoris needs Python 3.11 or later, $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(DEV): $(RUN)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@
