# Every command of the suite; `make help` lists them. The environment is made and kept by make itself.
SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV   := .venv
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PIP    := PIP_DISABLE_PIP_VERSION_CHECK=1 $(VENV)/bin/python -m pip install --quiet --require-hashes
CHECKS := $(VENV)/bin/pytest $(if $(TARGET),--target $(TARGET),--sandbox-if-unnamed) $(FAULT:%=--fault %) $(ARGS)

# Where no bytecode may be kept, every run compiles the suite anew: a tenth of it, a third with the developers' packages.
unexport PYTHONDONTWRITEBYTECODE

##@ Suites (TARGET=name or path, else what OPS_TARGET, .env or pytest.ini names, else the sandbox; FAULT=name; ARGS=...)
.PHONY: smoke daily weekly monthly post-deploy audit dr-drill
smoke: $(VENV)/.ready  ## is it up right now
	@$(CHECKS) -m smoke
daily: $(VENV)/.ready  ## the morning round
	@$(CHECKS) -m daily
weekly: $(VENV)/.ready  ## what drifts slowly
	@$(CHECKS) -m weekly
monthly: $(VENV)/.ready  ## releases and routine
	@$(CHECKS) -m monthly
post-deploy: $(VENV)/.ready  ## is the deployment good
	@$(CHECKS) -m post_deploy
audit: $(VENV)/.ready  ## the quarterly audit
	@$(CHECKS) -m audit
dr-drill: $(VENV)/.ready  ## the disaster-recovery drill (PERMIT=target, or only its observing checks; DRILL=rollback)
	@$(CHECKS) -m dr_drill $(PERMIT:%=--permit %) $(DRILL:%=--drill %)

##@ At a glance (TARGET=name or path)
.PHONY: dashboard
dashboard: $(VENV)/.ready  ## the state of the target: a smoke run now, and what the daily round last saw
	@$(VENV)/bin/python -m ops_tests dashboard $(TARGET:%=--target %)

##@ The project itself
.PHONY: test test-long test-versions lint fault-matrix soak kills bench many-targets alert-rehearsal lock clean help
test: $(VENV)/.ready-dev  ## the project's own tests, without the long ones
	@$(VENV)/bin/pytest tests -q -n auto -m "not long" $(ARGS)
test-long: $(VENV)/.ready-dev  ## the long ones: in two workers, worked example, canary, a real wrangler; without the fault matrix and the kills
	@$(VENV)/bin/pytest tests -q -n auto -m long --ignore tests/test_faults.py --ignore tests/backups/test_faults.py --ignore tests/test_fault_matrix.py --ignore tests/test_dies_well.py --ignore tests/sandbox/test_evolution_hub_faults.py $(ARGS)
fault-matrix: $(VENV)/.ready  ## every fault against the real sandbox: each turns exactly what it names
	@$(VENV)/bin/pytest tests/test_faults.py tests/backups/test_faults.py tests/test_fault_matrix.py -q -n $$((3 * $$(getconf _NPROCESSORS_ONLN))) --maxschedchunk=1 $(ARGS)
soak: $(VENV)/.ready-dev  ## healthy runs in a row, quiet and with all cores loaded: no false alarm (about an hour)
	@$(VENV)/bin/python -m tests.soak $(ARGS)
kills: $(VENV)/.ready  ## 50 runs ended at random moments (SEED=n to try the same ones again), and drills at every step
	@$(VENV)/bin/pytest tests/test_dies_well.py tests/drill/test_killed.py -q -m "long or not long" $(ARGS)
bench: $(VENV)/.ready-dev  ## every figure beside its peers, into benchmarks/RESULTS.md (ARGS=NAME for one, to the terminal)
	@$(VENV)/bin/python -m benchmarks $(ARGS)
many-targets: $(VENV)/.ready-dev  ## what 10, 30 and 100 targets cost, in one process, in four workers and in four shards (some minutes)
	@$(VENV)/bin/python -m benchmarks many-targets
test-versions: $(VENV)/.ready  ## a slice of them on every supported Python there is and the oldest and newest supported pytest (ARGS=--extremes)
	@$(VENV)/bin/python tools/test_versions.py $(ARGS)
alert-rehearsal: $(VENV)/.ready-dev  ## a scripted outage with real runs, and the messages that arrive (half a minute)
	@$(VENV)/bin/python -m tests.alerts.rehearsal
lint: $(VENV)/.ready-dev  ## ruff and mypy
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check . && $(VENV)/bin/mypy
lock: $(VENV)/.ready  ## write both lock files anew from pyproject.toml
	@sh tools/lock.sh $(VENV)/bin/python
clean:  ## remove the environment and all reports, history included
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache reports/*.html reports/*.json reports/*.xml reports/*.prom reports/history*
help:  ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.ready: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed and none was found (python3, python3.11 to 3.13); install it, on Debian or Ubuntu: apt install python3 python3-venv, or name one: make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make: $(PYTHON) is older than Python 3.11; install a newer one, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "make: $(PYTHON) has no venv module; on Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@echo "making $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) -r requirements.lock
	@$(VENV)/bin/python -m pip install --quiet --no-deps --no-build-isolation --disable-pip-version-check -e .
	@touch $@
$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.lock
	@$(PIP) -r requirements-dev.lock
	@touch $@
