"""Future land use, of a study or from maps alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tanheng.errors import InputError
from tanheng.language import tr
from tanheng.pipeline.simulation.maps import SimulationRequest, simulate_maps
from tanheng.pipeline.simulation.result import Simulation
from tanheng.pipeline.simulation.study import simulate_study
from tanheng.public.studies import refuse_beside_a_study
from tanheng.study.options import simulate_settings

Name = str | Path


def simulate(
    land: Name | Sequence[Name],
    *,
    years: Iterable[int] = (),
    to: Iterable[int] = (),
    output: Name | None = None,
    legend: Name | None = None,
    drivers: Iterable[Name] = (),
    zones: Name | None = None,
    densities: Name | None = None,
    **settings: Any,  # noqa: ANN401  the keys of [simulate]
) -> Simulation:
    """Simulate future land use: maps that meet demand to the cell, and scores on a change that was held out.

    Parameters
    ----------
    land : path of a study (TOML), or paths of land-cover maps, the oldest first
    years : iterable of int
        Year of each map.
    to : iterable of int
        Years to simulate.
    output : path
        Folder for the results; of a study, optional.
    legend : str or path, optional
        Name or CSV of the legend; without one each code is a class.
    drivers : iterable of path
        Rasters that may drive change, in any CRS.
    zones : path, optional
        Polygons in each of which demand is derived and met.
    densities : str or path, optional
        Carbon densities: then a table ``carbon`` has the stock of each year.
    **settings
        Keys of ``[simulate]`` in a study: ``mode``, ``draws``, ``demand``, ``model``, ``seed``, ``protected`` ... (docs/simulation.md).

    Returns
    -------
    Simulation
        ``tables`` (validation, demand, drivers ...), ``files`` (map by scenario and year), ``notes``, ``folder``.

    Raises
    ------
    StudyError
        All problems of maps, drivers and demand at once.
    OutputError
        The folder can't be written.

    Examples
    --------
    >>> import tanheng
    >>> made = tanheng.simulate(                                       # doctest: +SKIP
    ...     ["2000.tif", "2010.tif", "2020.tif"], years=[2000, 2010, 2020], to=[2030], drivers=["slope.tif"], output="future"
    ... )
    >>> made.tables["validation"].query("resolution_cells == 8")       # doctest: +SKIP
    """
    if isinstance(land, (str, Path)):
        if str(land).lower().endswith(".toml"):
            beside = {"years": years, "to": to, "legend": legend, "drivers": drivers, "zones": zones}
            refuse_beside_a_study(beside | {"densities": densities} | settings, "simulate")
            return simulate_study(Path(land), output=None if output is None else Path(output))
        raise InputError(tr("simulate: one map shows no change; give a list of maps, or a study file"))
    if output is None:
        raise InputError(tr("simulate: name the folder for the results (output)"))
    request = SimulationRequest(
        tuple(map(str, land)),
        tuple(years),
        simulate_settings(to, settings),
        None if legend is None else str(legend),
        tuple(map(str, drivers)),
        None if zones is None else Path(zones),
        None if densities is None else str(densities),
    )
    return simulate_maps(request, Path(output))
