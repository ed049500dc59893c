# Two commands on a fresh machine: make demo, make test. Needed: Python 3.11 or later, and Node 20 or later for Allure.
.DELETE_ON_ERROR:
.PHONY: demo test test-long lint report docs bench bench-scale bench-advisories bench-hashing bench-scan bench-detection mutation lock clean

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
NODE := node_modules/.installed

$(INSTALLED): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(NODE): package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

# The main job on the bundled example; it fails only if the run could not be completed.
demo: $(INSTALLED)
	@$(BIN)/supplychain run examples/support-rag --policy examples/policy.toml --facts examples/facts; \
	code=$$?; test $$code -eq 0 -o $$code -eq 1 -o $$code -eq 3
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory report; \
	else echo "Node is missing, so Allure was not rendered; reports/index.html holds the same findings."; fi

report: $(INSTALLED) $(NODE)
	@$(BIN)/supplychain report

test: $(INSTALLED) $(NODE)
	$(BIN)/python -m pytest -m "not long" -n auto --dist loadfile

test-long: $(INSTALLED) $(NODE)
	$(BIN)/python -m pytest

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(INSTALLED)
	$(BIN)/python benchmarks/run.py

# Three minutes; the files are copies of REPOSITORY, or of this project's source.
bench-scale: $(INSTALLED)
	$(BIN)/python -m benchmarks.scale $(REPOSITORY)

# Two minutes; DATABASE is a zip of OSV records of PyPI, such as OSV's all.zip.
bench-advisories: $(INSTALLED)
	$(BIN)/python -m benchmarks.advisories $(DATABASE)

# Two minutes and 5 GB in the folder for temporary files.
bench-hashing: $(INSTALLED)
	$(BIN)/python -m benchmarks.hashing

# Two minutes, and 1 GiB of room for a file.
bench-scan: $(INSTALLED)
	$(BIN)/python -m benchmarks.scan

# Ten minutes; the first time it installs what makes the corpus and four other scanners, 5 GB, into ENVIRONMENTS.
bench-detection: $(INSTALLED)
	$(BIN)/python -m benchmarks.detection.run $(if $(ENVIRONMENTS),--environments $(ENVIRONMENTS))

mutation: $(INSTALLED)
	$(BIN)/python -m tests.mutation

# The pages of docs/ that are made from the code.
docs: $(INSTALLED)
	$(BIN)/python -m supplychain.report.steps > docs/steps.md
	$(BIN)/python -m supplychain.report.license_table > docs/licenses.md

# Hashes without addresses: where packages come from is the installer's configuration.
lock:
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --quiet --group dev pyproject.toml -o requirements/dev.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --quiet pyproject.toml -c requirements/dev.txt -o requirements/core.txt

clean:
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache
