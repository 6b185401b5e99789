"""The notebook of the examples runs from its first cell to its last, and finds what its text says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest

NOTEBOOK = Path(__file__).parents[2] / "examples" / "maps_of_your_own.ipynb"


def test_the_notebook_runs() -> None:
    plt.switch_backend("Agg")
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    held: dict[str, Any] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), str(NOTEBOOK), "exec"), held)  # noqa: S102  our own cells
    plt.close("all")
    assert float(held["demand"].sum()) == pytest.approx(1.6e6)
    assert set(held["stock"].values.ravel().tolist()) == {152.0, 88.0, 60.0}
    assert held["test"].effective_size < 100 < held["test"].n
    assert 3.0 in held["clusters"]["cluster"].values
