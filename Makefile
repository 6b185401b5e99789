.PHONY: help setup test peers lint check messages docs example bench

help:           ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

setup:          ## install everything
	uv sync --group dev

test:           ## run the tests
	uv run --group dev pytest

peers:          ## run the long comparisons with other programs
	uv run --group dev pytest -m "peer or slow"

lint:           ## format, lint, types, import contracts
	uv run --group dev ruff format --check .
	uv run --group dev ruff check .
	uv run --group dev mypy
	uv run --group dev lint-imports

check: lint test peers  ## all that CI checks

messages:       ## gather what the program says, and compile its catalogues
	uv run --group dev python tools/messages.py

docs:           ## write the pages that follow from declarations
	uv run --group dev python tools/input_tables.py
	uv run --group dev python tools/limits.py
	uv run --group dev python tools/study_fields.py

example:        ## run the example study
	uv run tanheng run examples/henan/study.toml

bench:          ## measure the land engine, the statistics, the plans and the report
	uv run --group dev python benchmarks/land.py
	uv run --group dev python benchmarks/analysis.py
	uv run --group dev python benchmarks/planning.py
	uv run --group dev python benchmarks/report.py
	uv run --group dev python benchmarks/app.py
