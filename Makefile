# make run: build the site and serve it.   make test: lint, types and every test.
# make audit: let real browsers compare the site with its register.
PYTHON ?= python3
PORT ?= 8000
export PORT

.PHONY: run test check lock audit bench docs clean

run: .venv/run.stamp
	@exec .venv/bin/python build.py serve --as-published

test: check .venv/validators.stamp
	@.venv/bin/python -m pytest -m alone
	@.venv/bin/python -m pytest -m 'not alone' --dist worksteal -n $$((2 * $$(getconf _NPROCESSORS_ONLN)))

check: .venv/test.stamp
	@sh tests/browser/find-chromium.sh
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy --config-file tests/mypy.ini tests bench & tests=$$!; .venv/bin/mypy && wait $$tests

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: Python 3.11 or later is needed; name it with: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "error: Python has no venv module; on Debian: apt install python3-venv"; exit 1; }

.venv/run.stamp: requirements.lock | .venv/bin/python
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/test.stamp: requirements-test.lock .venv/run.stamp
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@

# External validators that run in Node. Where they cannot be installed, their tests are skipped.
.venv/validators.stamp: tests/validators/package-lock.json | .venv/bin/python
	@if ! command -v npm >/dev/null 2>&1; then echo "There is no npm: some external validators are left out."; \
	elif npm ci --prefix tests/validators --ignore-scripts --no-audit --no-fund --silent; then touch $@; \
	else echo "warning: some external validators are left out; why says: npm ci --ignore-scripts --prefix tests/validators"; fi

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --group test -c requirements.lock -o requirements-test.lock

audit: .venv/test.stamp
	@sh tests/browser/find-chromium.sh
	@exec .venv/bin/python build.py audit

bench: .venv/test.stamp
	@.venv/bin/python bench/counters.py
	@.venv/bin/python bench/publishing.py

docs: .venv/run.stamp
	@.venv/bin/python docs/make.py

clean:
	rm -rf .venv public .public.stamps*
