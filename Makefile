.PHONY: help setup test peers lint check messages docs example bench

help:           ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

setup:          ## install everything
	uv sync

test:           ## run the tests
	uv run pytest

peers:          ## run the long comparisons with other programs
	uv run pytest -m "peer or slow"

lint:           ## format, lint, types, import contracts
	uv run ruff format --check .
	uv run ruff check .
	uv run mypy
	uv run lint-imports

check: lint test peers  ## all that CI checks

messages:       ## gather what the program says, and compile its catalogues
	uv run python tools/messages.py

docs:           ## write the pages that follow from declarations
	uv run python tools/input_tables.py
	uv run python tools/limits.py

example:        ## run the example study
	uv run tanheng run examples/henan/study.toml

bench:          ## measure the land engine, the statistics, the plans and the report
	uv run python benchmarks/land.py
	uv run python benchmarks/analysis.py
	uv run python benchmarks/planning.py
	uv run python benchmarks/report.py
