"""Land use that stores most carbon under limits, from a study or on a map of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.errors import InputError, nearest
from tanheng.language import listed, tr
from tanheng.pipeline.plan import Planned, plan_study
from tanheng.planning.problem import Limit, PlanProblem, Term, area_of, stock_gain
from tanheng.planning.solve import best_plan
from tanheng.planning.spread import nearness
from tanheng.public.land import Densities, density_by_code, land_map
from tanheng.public.maps import Map, MapLike, as_map, same_cells
from tanheng.public.studies import refuse_beside_a_study

#: A class of a map of one's own: its code.
Code = int


@overload
def plan(land: str | Path, densities: None = None, *, language: str | None = None) -> Planned: ...


@overload
def plan(
    land: MapLike | str | Path,
    densities: Densities,
    *,
    legend: str | Path | None = None,
    at_least: Mapping[Code, float] | None = None,
    at_most: Mapping[Code, float] | None = None,
    fixed: Iterable[Code] = (),
    no_new: Iterable[Code] = (),
    may_change: MapLike | None = None,
    pixel_area_ha: float = 1.0,
) -> xr.Dataset: ...


def plan(
    land: MapLike | str | Path,
    densities: Densities | None = None,
    *,
    legend: str | Path | None = None,
    at_least: Mapping[Code, float] | None = None,
    at_most: Mapping[Code, float] | None = None,
    fixed: Iterable[Code] = (),
    no_new: Iterable[Code] = (),
    may_change: MapLike | None = None,
    pixel_area_ha: float = 1.0,
    language: str | None = None,
) -> Planned | xr.Dataset:
    r"""Land use that stores most carbon under limits, with a proof of how far from the best it can be.

    With a study file alone: what its ``[plan]`` asks for; its run is made first where it is missing or out of date. With a map of
    codes and densities: whole pixels change class, each class keeps to its range.

    .. math:: \max \sum_i c_{k(i)} \quad\text{s.t.}\quad a_k \le n_k \le b_k

    The gain is that of the settled store of the new classes: it comes over decades, and at the densities given.

    Parameters
    ----------
    land : path of a study (TOML), or array of codes, shape (rows, columns), or path of a raster
    densities : mapping, pandas.DataFrame, path or name, optional
        As for `carbon_stock`.
    legend : str or path, optional
        As for `carbon_stock`.
    at_least, at_most : mapping of int to float, optional
        Range of the area of a class, as multiples of its area today.
    fixed : iterable of int
        Codes whose pixels do not change.
    no_new : iterable of int
        Codes that no pixel changes to.
    may_change : array, shape (rows, columns), optional
        Zero or NaN where land is protected.
    pixel_area_ha : float
        Area of a pixel.
    language : {"en", "zh"}, optional
        Of the plan of a study.

    Returns
    -------
    Planned or xarray.Dataset
        Of a map: ``land_use`` (codes), ``changed`` (1 where a pixel changes), and as attributes ``gain_t_c``, ``bound_t_c`` (no plan
        gains more) and ``gap_t_c``.

    Raises
    ------
    StudyError
        All problems of a study, its inputs and its plan at once.
    InputError
        Codes have no density, or a limit names one that the map lacks.
    InfeasibleError
        The limits conflict; the message names the smallest set that does.

    Examples
    --------
    Four pixels of 1 ha, forest stores 100 t C/ha and cropland 40; half of the cropland must stay: one pixel changes, 60 t C.

    >>> planned = plan([[1, 1], [2, 2]], {1: 40.0, 2: 100.0}, at_least={1: 0.5})
    >>> planned.attrs["gain_t_c"], int(planned["changed"].sum())
    (60.0, 1)
    >>> import tanheng
    >>> tanheng.plan("study.toml").tables["plan_areas"]      # doctest: +SKIP
    """
    if densities is None:
        if not isinstance(land, (str, Path)):
            raise InputError(tr("plan: a map needs densities; a study is named by its file"))
        beside = {"legend": legend, "at_least": at_least, "at_most": at_most, "fixed": fixed, "no_new": no_new}
        refuse_beside_a_study(beside | {"may_change": may_change}, "plan")
        return plan_study(Path(land), language=language)
    return _of_map(
        land_map(land, "land"),
        density_by_code(densities, legend),
        _Limits(dict(at_least or {}), dict(at_most or {}), tuple(fixed), tuple(no_new)),
        may_change,
        pixel_area_ha,
    )


@dataclass(frozen=True)
class _Limits:
    """Limits of a plan on a map, by code."""

    at_least: dict[Code, float]
    at_most: dict[Code, float]
    fixed: tuple[Code, ...]
    no_new: tuple[Code, ...]

    def refuse_unknown(self, codes: list[int]) -> None:
        """Refuse codes that the map lacks, and multiples that no area can have."""
        for place, multiples in (("at_least", self.at_least), ("at_most", self.at_most)):
            for code, multiple in multiples.items():
                if not (np.isfinite(multiple) and multiple >= 0):
                    raise InputError(
                        tr(
                            "{place}: {code}: {multiple} is not a multiple of today's area; write a number from 0 on, such as 0.8",
                            place=place,
                            code=code,
                            multiple=multiple,
                        )
                    )
        named = {"at_least": self.at_least, "at_most": self.at_most, "fixed": self.fixed, "no_new": self.no_new}
        for place, wanted in named.items():
            for code in wanted:
                if code not in codes:
                    raise InputError(
                        tr(
                            "{place}: the map has no code {code}{nearest}",
                            place=place,
                            code=code,
                            nearest=nearest(str(code), map(str, codes)),
                        )
                    )


def _of_map(
    land: Map, by_code: Mapping[float, float], limits: _Limits, may_change: MapLike | None, pixel_area: float
) -> xr.Dataset:
    codes = [int(code) for code in np.unique(land.values[land.known])]
    if not codes:
        raise InputError(tr("{name}: has no cell with a class, only missing data", name=land.name))
    missing = [code for code in codes if not np.isfinite(by_code.get(code, np.nan))]
    if missing:
        raise InputError(tr("{name}: no density for codes {codes}", name=land.name, codes=listed(missing)))
    limits.refuse_unknown(codes)
    shares = np.stack([land.values == code for code in codes]).astype(float)
    area = shares[:, land.known].T * pixel_area
    per_ha = stock_gain([by_code[code] for code in codes])
    problem = PlanProblem(
        classes=tuple(map(str, codes)),
        area=area,
        gain=(Term(per_ha),),
        allowed=_allowed(codes, limits),
        limits=tuple(_ranges(codes, limits, area)),
        may_change=None if may_change is None else _changeable(may_change, land),
        whole=True,
        preference=nearness(np.where(land.known, shares, np.nan), land.known),
    )
    best = best_plan(problem)
    after = best.flows.after(*area.shape).argmax(axis=1)
    planned = np.full(land.values.shape, np.nan)
    planned[land.known] = np.array(codes, float)[after]
    changed = np.where(land.known, planned != land.values, np.nan)
    dataset = xr.Dataset(
        {
            "land_use": land.like(planned, "land_use", "1", "code of the class after the plan"),
            "changed": land.like(changed, "changed", "1", "1 where a pixel changes class"),
        }
    )
    dataset.attrs = {"gain_t_c": best.gain, "bound_t_c": best.bound, "gap_t_c": best.gap}
    return dataset


def _allowed(codes: list[int], limits: _Limits) -> NDArray[np.bool_]:
    allowed = np.ones((len(codes), len(codes)), bool)
    for number, code in enumerate(codes):
        if code in limits.fixed:
            allowed[number] = False
        if code in limits.no_new:
            allowed[:, number] = False
    np.fill_diagonal(allowed, val=True)
    return allowed


def _ranges(codes: list[int], limits: _Limits, area: NDArray[np.float64]) -> Iterable[Limit]:
    for number, code in enumerate(codes):
        if code in limits.at_least or code in limits.at_most:
            today = float(area[:, number].sum())
            least = limits.at_least.get(code, 0.0) * today
            most = limits.at_most.get(code, np.inf) * today
            name = tr("area of {land_class}{where}", land_class=code, where="")
            yield Limit(name, Term(area_of(len(codes), number)), least, most)


def _changeable(given: MapLike, land: Map) -> NDArray[np.bool_]:
    mask = as_map(given, "may_change")
    same_cells(land, mask)
    return np.asarray(mask.known & (mask.values != 0))[land.known]
