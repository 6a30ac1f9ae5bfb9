# Thin: each target makes the environment if need be and calls one command.
# DAYS_OFFLINE=1 keeps every target from installing or fetching anything.

# Otherwise every kernel greets Python 3.11+ with a page of debugger warnings.
export PYDEVD_DISABLE_FILE_VALIDATION := 1

VENV := .venv
BIN := $(VENV)/bin
# The newest Python that really starts, 3.13 (Colab's) first.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do $$p -c '' 2>/dev/null && echo $$p && break; done)
DAY ?= 1
DAYS ?= $(DAY)

.PHONY: setup day test bench lint refresh exercise status docs clean

setup: $(VENV)/.ready

ifeq ($(DAYS_OFFLINE),1)
$(VENV)/.ready:
	@test -f $@ || { echo "There is no environment yet, and DAYS_OFFLINE=1 forbids making one: run 'make setup' with a network first."; exit 1; }
else
$(VENV)/.ready: requirements.txt constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3."; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || { echo "Python could not make a virtual environment; on Debian or Ubuntu: apt install python3-venv."; exit 1; }
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt uv
	$(BIN)/uv pip install -q --python $(BIN)/python -c constraints.txt -r requirements.txt -e .
	@touch $@
endif

day: setup
	@$(BIN)/days run $(DAY)

test: setup
	@test "$(DAYS_OFFLINE)" = 1 || $(BIN)/days fetch
	@DAYS_OFFLINE=1 $(BIN)/python -m pytest -n 2

bench: setup
	@test "$(DAYS_OFFLINE)" = 1 || $(BIN)/days fetch
	@DAYS_OFFLINE=1 $(BIN)/python -m tools.bench $(ROUNDS)

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/check-jsonschema -q --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(BIN)/check-jsonschema -q --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/bug.yml
	@$(BIN)/zizmor -q --no-progress --offline .github

refresh: setup
	@$(BIN)/days refresh $(DAYS)

exercise: setup
	@$(BIN)/days exercise $(DAYS)

status: setup
	@$(BIN)/days status

docs: setup
	@$(BIN)/days docs

clean:
	rm -rf build $(VENV)
