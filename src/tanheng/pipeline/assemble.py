"""The dataset of a run, put together from the variables that its stages found."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import xarray as xr

from tanheng.schema import refuse_unknown
from tanheng.study import Study


def dataset_of(study: Study, variables: Mapping[str, xr.DataArray]) -> xr.Dataset:
    """Dataset of a run: every variable for all years or periods of the study, NaN where it has none."""
    refuse_unknown(variables)
    years = list(study.years)
    labels = {"year": years, "period": [f"{first}-{last}" for first, last in pairwise(years)]}
    aligned = {
        name: array.reindex({dim: values for dim, values in labels.items() if dim in array.dims})
        for name, array in variables.items()
    }
    dataset = xr.Dataset(aligned)
    dataset.attrs = {
        "title": study.told_title,
        "source": "tanheng",
        "balance_mode": study.balance.mode,
        "ratio_norm": study.balance.norm,
    }
    if study.outputs.told_note:
        dataset.attrs["comment"] = study.outputs.told_note
    return dataset
