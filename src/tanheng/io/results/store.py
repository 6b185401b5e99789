"""The dataset on disk: Zarr with CF attributes, and one GeoTIFF a variable and year."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from tanheng.errors import InputError, OutputError
from tanheng.grid import Grid
from tanheng.io.rasters import write_cog
from tanheng.io.results.file_names import FileNames
from tanheng.io.rows import write_rows
from tanheng.language import tr
from tanheng.plain_files import shown

#: Dimensions that are years or periods.
_TIMES = ("year", "period")


def with_crs(dataset: xr.Dataset, grid: Grid) -> xr.Dataset:
    """Dataset with its CRS as a CF grid mapping and CF attributes of x and y."""
    mapping = xr.DataArray(
        0, attrs={**grid.crs.to_cf(), "GeoTransform": _gdal_order(grid), "spatial_ref": grid.crs_wkt}
    )
    result = dataset.assign_coords(crs=mapping)
    for axis in ("x", "y"):
        standard = f"projection_{axis}_coordinate"
        result[axis].attrs = {"standard_name": standard, "units": "m", "long_name": f"{axis} of the cell centre"}
    for name in list(result.data_vars):
        if {"y", "x"} <= set(result[name].dims):
            result[name].attrs["grid_mapping"] = "crs"
    result.attrs["Conventions"] = "CF-1.11"
    return result


def _gdal_order(grid: Grid) -> str:
    a, b, c, d, e, f = grid.transform
    return " ".join(map(repr, (c, a, b, f, d, e)))


def write_zarr(path: Path, dataset: xr.Dataset) -> None:
    """Write the dataset as a Zarr store of format 2, which every reader of today opens.

    Raises
    ------
    OutputError
        The store can't be written.
    """
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="zarr")
            dataset.to_zarr(path, mode="w", zarr_format=2, consolidated=True)
    except OSError as error:
        raise OutputError(
            tr("{path}: can't be written ({reason}); is the disk full?", path=path, reason=error.strerror)
        ) from error


def read_zarr(path: Path) -> xr.Dataset:
    """Dataset that a run wrote, read whole.

    Raises
    ------
    InputError
        The store is damaged.
    """
    try:
        dataset: xr.Dataset = xr.open_zarr(path, consolidated=True).load()
    except Exception as error:
        raise InputError(
            tr("{path}: is damaged ({reason}); run the study again", path=path, reason=shown(error))
        ) from error
    return dataset


def write_grids(folder: Path, dataset: xr.Dataset, grid: Grid) -> list[dict[str, str]]:
    """Write each variable on cells as ``NAME_YEAR.tif``; one with classes gets the class in its name as well.

    Returns
    -------
    list of dict
        What is in each file, in ``files.csv`` of the folder as well: its name, the variable, class or pool, year or
        period, unit and meaning.
    """
    names, written = FileNames(".tif"), []
    for name in dataset.data_vars:
        array = dataset[name]
        if not {"y", "x"} <= set(array.dims):
            continue
        others = sorted((dim for dim in array.dims if dim not in ("y", "x")), key=lambda dim: dim in _TIMES)
        stacked = array.stack(layer=others) if others else array.expand_dims("layer")
        for number in range(stacked.sizes["layer"]):
            one = stacked.isel(layer=number)
            labels = {str(dim): str(one[dim].item()) for dim in others}
            row = _listed(names.of(name, *labels.values()), str(name), labels, array)
            tags = {key: str(value) for key, value in array.attrs.items() if key != "grid_mapping"}
            write_cog(
                folder / row["file"],
                np.asarray(one.transpose("y", "x").values),
                grid,
                units=row["unit"],
                description=row["meaning"],
                kinds="flag_values" in array.attrs,
                tags={**tags, **labels, "nodata_meaning": "no data, or outside the region"},
            )
            written.append(row)
    write_rows(folder / "files.csv", written)
    return written


def _listed(file: str, name: str, labels: Mapping[str, str], array: xr.DataArray) -> dict[str, str]:
    """Row of the list of files."""
    return {
        "file": file,
        "variable": name,
        "land_class": labels.get("land_class", ""),
        "carbon_pool": labels.get("carbon_pool", ""),
        "time": next((labels[dim] for dim in _TIMES if dim in labels), ""),
        "unit": str(array.attrs.get("units", "1")),
        "meaning": str(array.attrs.get("long_name", name)),
    }
