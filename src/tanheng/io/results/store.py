"""The dataset on disk: Zarr with CF attributes, and one GeoTIFF a variable and year."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import zarr
from numpy.typing import NDArray

from tanheng.errors import InputError, OutputError
from tanheng.grid import Grid
from tanheng.io.results.file_names import FileNames
from tanheng.io.results.grids import write_cog
from tanheng.io.results.record import plain
from tanheng.io.rows import write_rows
from tanheng.land.layers import deferred
from tanheng.language import tr
from tanheng.plain_files import shown

#: Dimensions that are years or periods.
_TIMES = ("year", "period")

#: Cells of a chunk of the store.
_CHUNK_CELLS = 2**20

#: Layers that are written at once.
_WRITERS = 2


def with_crs(dataset: xr.Dataset, grid: Grid) -> xr.Dataset:
    """Dataset with its CRS as a CF grid mapping and CF attributes of x and y."""
    mapping = xr.DataArray(
        0, attrs={**grid.crs.to_cf(), "GeoTransform": _gdal_order(grid), "spatial_ref": grid.crs_wkt}
    )
    result = dataset.assign_coords(crs=mapping)
    for axis in ("x", "y"):
        standard = f"projection_{axis}_coordinate"
        result[axis].attrs = {"standard_name": standard, "units": "m", "long_name": f"{axis} of the cell centre"}
    result.attrs["Conventions"] = "CF-1.11"
    return result


def _gdal_order(grid: Grid) -> str:
    a, b, c, d, e, f = grid.transform
    return " ".join(map(repr, (c, a, b, f, d, e)))


def write_variables(
    path: Path,
    grids: Path,
    variables: Mapping[str, xr.DataArray],
    grid: Grid,
    times: Mapping[str, Sequence[object]],
    attributes: Mapping[str, object],
) -> None:
    """Write variables as a Zarr store, and each of their layers as a GeoTIFF with a list of these files; 32-bit floats.

    The store has format 2, which every reader of today opens, and a chunk for each band of rows of a layer. Layers are read one by
    one, so variables may be larger than memory.

    Parameters
    ----------
    path, grids : Path
        Zarr store, and folder of the GeoTIFFs.
    variables : mapping of str to xarray.DataArray
        Shape (..., y, x), and small ones without cells.
    times : mapping of str to sequence
        All years and periods; a variable that has none in one of them is missing there.
    attributes : mapping of str to object
        Of the dataset.

    Raises
    ------
    OutputError
        The store can't be written.
    """
    with _writable(path):
        frame = _frame(variables, grid, times).assign_attrs(attributes)
        with_crs(frame, grid).to_zarr(path, mode="w", zarr_format=2, consolidated=False)
        writer = _Writer(zarr.open_group(path, mode="r+", zarr_format=2), frame, grids, grid)
        jobs = [(name, of) for name, array in variables.items() if _on_cells(array) for of in _layers_of(array)]
        files = FileNames(".tif")
        rows = [_listed(files.of(name, *of.values()), name, of, variables[name]) for name, of in jobs]
        for name, array in variables.items():
            if _on_cells(array):
                writer.open(name, array)
        with ThreadPoolExecutor(_WRITERS) as threads:
            list(threads.map(lambda job, row: writer.write(variables[job[0]], job[1], row), jobs, rows))
        zarr.consolidate_metadata(path, zarr_format=2)
    write_rows(grids / "files.csv", rows)


def _on_cells(array: xr.DataArray) -> bool:
    return {"y", "x"} <= set(array.dims)


def _frame(variables: Mapping[str, xr.DataArray], grid: Grid, times: Mapping[str, Sequence[object]]) -> xr.Dataset:
    """Dataset of the coordinates of all variables, and of the variables without cells."""
    coords: dict[str, object] = {"y": grid.y, "x": grid.x}
    small = {}
    for name, array in variables.items():
        for dim in array.dims:
            values = times.get(str(dim)) or array[dim].values.tolist()
            coords.setdefault(str(dim), list(values))
        if not _on_cells(array):
            small[name] = array.reindex({dim: list(times[str(dim)]) for dim in array.dims if str(dim) in times})
    return xr.Dataset(small, coords=coords)


def _layers_of(array: xr.DataArray) -> list[dict[str, object]]:
    """Labels of each layer of a variable; classes and pools before years."""
    dims = sorted((str(dim) for dim in array.dims if dim not in ("y", "x")), key=lambda dim: dim in _TIMES)
    return [dict(zip(dims, of, strict=True)) for of in product(*(array[dim].values.tolist() for dim in dims))]


@dataclass(frozen=True)
class _Writer:
    """Writes layers into a group of a Zarr store, and as GeoTIFFs into a folder."""

    group: zarr.Group
    frame: xr.Dataset
    folder: Path
    grid: Grid
    opened: dict[str, Any] = field(default_factory=dict)

    def open(self, name: str, array: xr.DataArray) -> None:
        """Make the array of a variable, all missing."""
        shape = tuple(self.frame.sizes[dim] for dim in array.dims)
        rows = max(1, min(shape[-2], _CHUNK_CELLS // shape[-1]))
        attributes: dict[str, Any] = {str(key): plain(value) for key, value in array.attrs.items()}
        self.opened[name] = self.group.create_array(
            name,
            shape=shape,
            chunks=(*(1 for _ in shape[:-2]), rows, shape[-1]),
            dtype="float32",
            fill_value=np.nan,
            attributes={**attributes, "grid_mapping": "crs", "_ARRAY_DIMENSIONS": [str(dim) for dim in array.dims]},
        )

    def write(self, array: xr.DataArray, of: Mapping[str, object], row: Mapping[str, str]) -> None:
        """Write a layer."""
        layer = np.asarray(array.sel(of).transpose("y", "x").values, np.float32)
        at = tuple(self.frame.indexes[dim].get_loc(of[dim]) for dim in map(str, array.dims) if dim in of)
        self.opened[row["variable"]][at] = layer
        tags = {str(key): str(value) for key, value in array.attrs.items() if key != "grid_mapping"}
        labels = {dim: str(label) for dim, label in of.items()}
        write_cog(
            self.folder / row["file"],
            layer,
            self.grid,
            units=row["unit"],
            description=row["meaning"],
            kinds="flag_values" in array.attrs,
            tags={**tags, **labels, "nodata_meaning": "no data, or outside the region"},
        )


def write_zarr(path: Path, dataset: xr.Dataset) -> None:
    """Write a dataset that memory holds as a Zarr store of format 2.

    Raises
    ------
    OutputError
        The store can't be written.
    """
    with _writable(path):
        dataset.to_zarr(path, mode="w", zarr_format=2, consolidated=True)


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    """What can't be written of a store is said to be; the library's own warnings are not for the reader."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="zarr")
            yield
    except OutputError:  # a GeoTIFF has named its own file already
        raise
    except OSError as error:
        raise OutputError(
            tr("{path}: can't be written ({reason}); is the disk full?", path=path, reason=error.strerror)
        ) from error


def read_dataset(path: Path) -> xr.Dataset:
    """Dataset that a run wrote, in 64 bits; each layer is read when it is asked for.

    Raises
    ------
    InputError
        The store is damaged; where a layer is, when it is asked for.
    """
    with _readable(path):
        stored = xr.open_dataset(path, engine="zarr", chunks=None, cache=False)
        dataset = stored.drop_vars([name for name in stored.data_vars if _on_cells(stored[name])]).load()
    for name in stored.data_vars:
        if _on_cells(stored[name]):
            dataset[name] = _deferred(stored[name], path)
    return dataset


def _deferred(stored: xr.DataArray, path: Path) -> xr.DataArray:
    """Variable of a store, whose layers are read when they are asked for."""
    labels = {str(dim): stored[dim].values.tolist() for dim in stored.dims[:-2]}
    return deferred(_Stored(stored, path), stored["y"], stored["x"], labels).assign_attrs(stored.attrs)


@dataclass(frozen=True)
class _Stored:
    """Reads layers of a variable of a store."""

    variable: xr.DataArray
    path: Path

    def __call__(self, *of: object, rows: slice = slice(None)) -> NDArray[np.float64]:
        """Layer with these labels, or a band of its rows."""
        with _readable(self.path):
            labels = dict(zip(self.variable.dims, of, strict=False))
            return np.asarray(self.variable.sel(labels).isel(y=rows).values, np.float64)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """What can't be read of a store is damaged."""
    try:
        yield
    except Exception as error:
        raise InputError(
            tr("{path}: is damaged ({reason}); run the study again", path=path, reason=shown(error))
        ) from error


def _listed(file: str, name: str, of: Mapping[str, object], array: xr.DataArray) -> dict[str, str]:
    """Row of the list of files."""
    labels = {dim: str(label) for dim, label in of.items()}
    return {
        "file": file,
        "variable": name,
        "land_class": labels.get("land_class", ""),
        "carbon_pool": labels.get("carbon_pool", ""),
        "time": next((labels[dim] for dim in _TIMES if dim in labels), ""),
        "unit": str(array.attrs.get("units", "1")),
        "meaning": str(array.attrs.get("long_name", name)),
    }
