"""Where the variables of cells are kept while a run goes on: layer by layer.

A layer is a map of the grid: what one variable is in one year or period, and of one land class where it has classes. A stage hands
over each layer as it is finished, and gets the variable back as an array that reads a layer when it is asked for. So a run holds a
few layers, however many years it has. `tanheng.io.cells` keeps them in files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tanheng.grid import Grid
from tanheng.land.work import Crew

if TYPE_CHECKING:
    from scipy import sparse

Layer = NDArray[np.float64]

#: Cells of a band of rows, which is worked on at once.
BAND_CELLS = 2**18


def bands(grid: Grid, cells: int = BAND_CELLS) -> list[slice]:
    """Bands of rows, from the north, each of at most so many cells, or of one row.

    Examples
    --------
    >>> from tanheng.grid import ALBERS_CHINA
    >>> bands(Grid(ALBERS_CHINA.to_wkt(), 0.0, 0.0, 1000.0, 600, 1000))
    [slice(0, 262, None), slice(262, 524, None), slice(524, 600, None)]
    """
    rows = max(1, min(grid.rows, cells // grid.columns))
    return [slice(start, min(start + rows, grid.rows)) for start in range(0, grid.rows, rows)]


class CellStore(Protocol):
    """Keeps layers by the name of the variable and what they are of: a year or period, and a land class."""

    #: Workers elsewhere that see the store; none where all is done in this process.
    crew: Crew | None

    @property
    def grid(self) -> Grid:
        """Grid of all layers."""

    def put(self, layer: Layer, name: str, *of: object) -> None:
        """Keep a layer, shape (rows, columns)."""

    def put_part(self, part: Layer, row: int, column: int, name: str, *of: object) -> None:
        """Keep a rectangle of a layer, from a row and a column on; what no rectangle covers is 0."""

    def layer(self, name: str, *of: object, rows: slice = slice(None)) -> Layer:
        """Layer that was kept, or a band of its rows."""

    def put_matrix(self, matrix: sparse.csr_matrix, name: str, *of: object) -> None:
        """Keep a sparse matrix whose columns are cells."""

    def matrix(self, name: str, *of: object) -> sparse.csr_matrix:
        """Sparse matrix that was kept."""

    def remember(self, data: object, name: str, *of: object) -> None:
        """Note that a piece of work is finished, and what it found besides its layers, as JSON holds it."""

    def recall(self, name: str, *of: object) -> Any:  # noqa: ANN401  whatever was noted
        """What a finished piece of work found; none where it is not finished."""


def plain_data(value: Any) -> Any:  # noqa: ANN401  any data
    """Data with arrays and numbers of numpy as lists and plain numbers, which JSON holds.

    Examples
    --------
    >>> plain_data({"totals": np.array([1.0, 2.0]), "zones": ("a", np.int64(3))})
    {'totals': [1.0, 2.0], 'zones': ['a', 3]}
    """
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    if isinstance(value, Mapping):
        return {str(key): plain_data(item) for key, item in value.items()}
    return [plain_data(item) for item in value] if isinstance(value, (list, tuple)) else value


class HeldCells:
    """Layers in memory.

    Examples
    --------
    >>> from tanheng.grid import ALBERS_CHINA
    >>> cells = HeldCells(Grid(ALBERS_CHINA.to_wkt(), 0.0, 0.0, 1000.0, 1, 2))
    >>> cells.put(np.array([[3.0, 4.0]]), "demand", 2015)
    >>> cells.layer("demand", 2015).tolist()
    [[3.0, 4.0]]
    """

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.crew: Crew | None = None
        self._layers: dict[tuple[object, ...], Layer] = {}
        self._matrices: dict[tuple[object, ...], sparse.csr_matrix] = {}

    def put(self, layer: Layer, name: str, *of: object) -> None:
        """Keep a layer."""
        self._layers[name, *of] = layer

    def put_part(self, part: Layer, row: int, column: int, name: str, *of: object) -> None:
        """Keep a rectangle of a layer."""
        layer = self._layers.setdefault((name, *of), np.zeros(self.grid.shape))
        layer[row : row + part.shape[0], column : column + part.shape[1]] = part

    def layer(self, name: str, *of: object, rows: slice = slice(None)) -> Layer:
        """Layer that was kept, or a band of its rows."""
        return self._layers[name, *of][rows]

    def put_matrix(self, matrix: sparse.csr_matrix, name: str, *of: object) -> None:
        """Keep a sparse matrix."""
        self._matrices[name, *of] = matrix

    def matrix(self, name: str, *of: object) -> sparse.csr_matrix:
        """Sparse matrix that was kept."""
        return self._matrices[name, *of]

    def remember(self, data: object, name: str, *of: object) -> None:
        """Nothing: what memory holds does not outlive the run."""

    def recall(self, name: str, *of: object) -> Any:  # noqa: ANN401, ARG002
        """Nothing."""
        return None
