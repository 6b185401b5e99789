r"""Correction of carbon densities for climate, as InVEST studies of Chinese regions make it: ratios of fits on rainfall and temperature.

The fits are weak, and come from elsewhere. Soil and biomass on rainfall are of 39 grid squares of the Acacia savannah of Sudan (10-16 N, arid and
semi-arid, to about 900 mm a year): rank correlations 0.34 for soil and 0.84 for biomass, and none with temperature. The fit on temperature is of the
below-ground allocation of carbon in forests of China, a yearly flow. In such a ratio biomass grows by 72 % for each 100 mm. A corrected table is
another assumption, not a better measurement: it is shown beside the table that it comes from.

References
----------
Alam, S. A., Starr, M., Clark, B. J. F. (2013). Tree biomass and soil organic carbon densities across the Sudanese woodland savannah.
Journal of Arid Environments 89, 67-76. Chen, G., Yang, Y., Liu, L., et al. (2007). Below-ground carbon allocation of forests in China.
Acta Ecologica Sinica 27, 5148-5157.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tanheng.errors import InputError
from tanheng.language import tr

#: Yearly rainfall of the land that the fits are of, mm: what 10-16 N in Sudan has.
FITTED_MM = (75.0, 900.0)

#: Temperature at which the fit on it is zero, degrees Celsius.
_ZERO_C = -398.0 / 28.0


@dataclass(frozen=True)
class Climate:
    """Mean annual precipitation, mm, and temperature, degrees Celsius (None where it is not corrected for)."""

    precipitation: float
    temperature: float | None = None


@dataclass(frozen=True)
class ClimateFactors:
    """What the densities of biomass (above and below ground) and of soil are multiplied by."""

    biomass: float
    soil: float


def climate_factors(table: Climate, region: Climate, *, outside_fit: bool = False) -> ClimateFactors:
    r"""Factors from the climate that a table of densities is of to that of a region.

    .. math::
        K_S = \frac{3.3968 P_1 + 3996.1}{3.3968 P_0 + 3996.1}, \qquad
        K_B = e^{0.0054 (P_1 - P_0)} \cdot \frac{28 T_1 + 398}{28 T_0 + 398}

    Parameters
    ----------
    table, region : Climate
        Of the land that the densities were measured on, and of the study.
    outside_fit : bool
        Allow rainfall beyond that of the land which the fits are of.

    Raises
    ------
    InputError
        Rainfall is outside `FITTED_MM`, or temperature where the fit is not above zero.

    Examples
    --------
    From 600 to 700 mm without temperature: biomass exp(0.54) = 1.716, soil (2377.76 + 3996.1) / (2038.08 + 3996.1) = 1.0563.

    >>> found = climate_factors(Climate(600.0), Climate(700.0))
    >>> round(found.biomass, 3), round(found.soil, 4)
    (1.716, 1.0563)
    """
    for climate in (table, region):
        _refuse_outside(climate, outside_fit=outside_fit)
    soil = (3.3968 * region.precipitation + 3996.1) / (3.3968 * table.precipitation + 3996.1)
    biomass = math.exp(0.0054 * (region.precipitation - table.precipitation))
    if table.temperature is not None and region.temperature is not None:
        biomass *= (28.0 * region.temperature + 398.0) / (28.0 * table.temperature + 398.0)
    return ClimateFactors(biomass, soil)


def _refuse_outside(climate: Climate, *, outside_fit: bool) -> None:
    low, high = FITTED_MM
    if not outside_fit and not low <= climate.precipitation <= high:
        raise InputError(
            tr(
                "{value:g} mm a year is outside the {low:g} to {high:g} mm of the land that the fits are of (savannah of Sudan); beyond it biomass "
                "grows without bound. Use densities of the region, or write accept_outside_fit = true",
                value=climate.precipitation,
                low=low,
                high=high,
            )
        )
    if climate.temperature is not None and climate.temperature <= _ZERO_C:
        raise InputError(
            tr(
                "{value:g} degrees Celsius is outside the fit, which is zero at {zero:.1f}",
                value=climate.temperature,
                zero=_ZERO_C,
            )
        )
