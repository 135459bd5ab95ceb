# The commands of this repository. `make` lists them; each one sets up what it needs, and is quick when that is done.
#
#   CORE=oldest make test    works with the oldest ansible-core and Python that we support, in a virtualenv of its own
#   make molecule SCENARIO=hardened                  one scenario of molecule/; "hosts" and "standin" stand for several
#   make molecule SCENARIO=hardened STEP=converge    one step of it; its hosts stay up until STEP=destroy
#   make bench ROLE=path/to/a/role                   measures redis_server against that role as well

CORE ?= newest
ifeq ($(CORE),newest)
VENV := .venv
else ifeq ($(CORE),oldest)
VENV := .venv-oldest
else
$(error CORE is "newest" or "oldest", not "$(CORE)")
endif

PYTHON := $(or $(wildcard $(VENV)/bin/python),python3)
SETUP := @$(PYTHON) scripts/setup.py $(CORE)

export VIRTUAL_ENV := $(CURDIR)/$(VENV)
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
export ANSIBLE_HOME := $(CURDIR)/.build/ansible
# Ansible starts many short processes: each one would compile its imports anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test drills lint sanity molecule bench setup pins clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s%s\n", $$1, $$2 }' Makefile

demo: ## deploy three reference systems on the embedded AWS; verify, change, save, restore and drill them
	$(SETUP) redis-server
	@scripts/demo.sh

test: ## unit and component tests, with the coverage of plugins/
	$(SETUP) redis-server
	@scripts/test.sh

drills: ## the long tests: a run killed after each call, chaos, changes under load
	$(SETUP) redis-server
	@scripts/pytest_folder.sh tests/drills

bench: ## measure: requests, seconds, memory
	$(SETUP) redis-server $(if $(ROLE),hosts)
	@ROLE="$(ROLE)" scripts/pytest_folder.sh tests/bench

lint: ## ruff, mypy, yamllint, ansible-lint, antsibull, shellcheck
	$(SETUP) shellcheck
	@scripts/lint.sh

sanity: ## ansible-test sanity, without a single ignore
	$(SETUP) git shellcheck
	@python -m scripts.sanity

molecule: ## run the scenarios of molecule/, or SCENARIO alone
	$(SETUP) redis-server
	@CORE=$(CORE) STEP="$(STEP)" scripts/molecule.sh $(SCENARIO)

setup: ## only set up: virtualenv, collections, redis-server
	$(SETUP) redis-server

pins: ## make requirements/*.txt anew from requirements/*.in
	$(SETUP)
	@scripts/pins.sh

clean: ## remove everything that make has made in this clone
	@if [ -e .build/demo/aws/endpoint.json ]; then python -m tests.standin stop --state .build/demo/aws; fi
	@tests/hosts/nshost clear .build
	@rm -rf .build .venv .venv-oldest .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
