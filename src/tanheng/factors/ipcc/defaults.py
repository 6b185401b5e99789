"""Tables of the IPCC's default carbon densities, made for a climate and a soil from their reference stocks and factors."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from tanheng.errors import InputError, nearest
from tanheng.factors.catalogue import alias_key, packaged_table
from tanheng.language import listed, tr

#: Sets of soil values; those of 2019 differ from those of 2006.
EDITIONS = ("ipcc-2006", "ipcc-2019")

#: Carbon in dry matter (IPCC 2006, Vol. 4, Ch. 4, Table 4.3).
_CARBON_FRACTION = 0.47

#: Stock of land that was paved, of what it held before (IPCC 2006, Vol. 4, Ch. 8, Sec. 8.3.3.2).
_PAVED = 0.8

#: Depth of the soil of these values, cm.
DEPTH_CM = 30.0


def is_ipcc(name: str) -> bool:
    """Whether a name means default densities: ``ipcc-2006:warm temperate moist:HAC``."""
    return name.partition(":")[0] in EDITIONS


@cache
def soil_references() -> Mapping[tuple[str, str, str], float]:
    """Reference stocks by edition, climate and soil, t C ha-1, 0-30 cm.

    Examples
    --------
    >>> held = soil_references()
    >>> held["ipcc-2006", "warm temperate moist", "HAC"], held["ipcc-2019", "warm temperate moist", "HAC"]
    (88.0, 64.0)
    """
    rows = [row for _, row in packaged_table("ipcc/soil_reference").rows]
    return {(row["edition"], row["climate"], row["soil"]): float(row["value"]) for row in rows}


@cache
def stock_change_factors() -> Mapping[tuple[str, str, str, str], float]:
    """Stock-change factors of cropland by edition, climate, factor and level.

    Examples
    --------
    >>> stock_change_factors()["ipcc-2006", "warm temperate moist", "land use", "long-term cultivated"]
    0.69
    """
    rows = [row for _, row in packaged_table("ipcc/stock_change_factors").rows]
    return {(row["edition"], row["climate"], row["factor"], row["level"]): float(row["value"]) for row in rows}


@cache
def _biomass() -> Mapping[tuple[str, str], float]:
    rows = [row for _, row in packaged_table("ipcc/biomass").rows]
    return {(row["climate"], row["quantity"]): float(row["value"]) for row in rows}


def default_name(name: str) -> tuple[str, str, str]:
    """Edition, climate and soil that a name means.

    Raises
    ------
    InputError
        The IPCC has no such edition, climate or soil, or no value for the three together.

    Examples
    --------
    >>> default_name("ipcc-2006:Warm temperate moist:hac")
    ('ipcc-2006', 'warm temperate moist', 'HAC')
    """
    parts = [part.strip() for part in name.split(":")]
    if len(parts) != 3:
        raise InputError(
            tr(
                "'{name}': write the edition, the climate and the soil, as 'ipcc-2006:warm temperate moist:HAC'",
                name=name,
            )
        )
    edition, climate, soil = parts
    climates = list(dict.fromkeys(key[1] for key in stock_change_factors() if key[0] == edition))
    soils = list(dict.fromkeys(key[2] for key in soil_references()))
    climate = alias_key(climate).replace("cold temperate", "cool temperate")
    known = next((one for one in soils if one.lower() == soil.lower()), None)
    if climate not in climates:
        raise InputError(
            tr(
                "'{name}': there is no climate '{climate}'{nearest}",
                name=name,
                climate=climate,
                nearest=nearest(climate, climates),
            )
        )
    if known is None:
        raise InputError(
            tr("'{name}': there is no soil '{soil}'; they are {soils}", name=name, soil=soil, soils=listed(soils))
        )
    if (edition, climate, known) not in soil_references():
        raise InputError(tr("'{name}': the IPCC gives no reference stock for this soil in this climate", name=name))
    return edition, climate, known


def default_values(name: str) -> dict[str, dict[str, float]]:
    """Default densities of six classes by pool, t C ha-1.

    Cropland is annual crops long cultivated with full tillage and medium input; forest and grassland are native, on undisturbed soil; built-up
    land is paved. The IPCC has no default for water and bare land, which get none; nor for dead wood.

    Raises
    ------
    InputError
        The IPCC has no such edition, climate or soil.

    Examples
    --------
    Cropland in the warm temperate moist climate on soils with high activity clay (2006): 88 * 0.69 = 60.72 t C/ha to 30 cm.

    >>> found = default_values("ipcc-2006:warm temperate moist:HAC")
    >>> round(found["cropland"]["soil"], 2), found["forest"]["soil"], round(found["forest"]["above"], 1)
    (60.72, 88.0, 84.6)
    """
    edition, climate, soil = default_name(name)
    reference = soil_references()[edition, climate, soil]
    cultivated = stock_change_factors()[edition, climate, "land use", "long-term cultivated"]
    held = {quantity: value for (of, quantity), value in _biomass().items() if of == climate}
    above = held["forest above ground"] * _CARBON_FRACTION
    peak = held["grassland peak above ground"] * _CARBON_FRACTION
    whole = held["grassland above and below ground"] * _CARBON_FRACTION
    forest = above, above * held["forest root-to-shoot ratio"], reference, held["forest litter"]
    rows = {
        "cropland": (held["annual crops"], 0.0, reference * cultivated, 0.0),
        "forest": forest,
        "grassland": (peak, whole - peak, reference, 0.0),
        "water": (0.0, 0.0, 0.0, 0.0),
        "built-up": (0.0, 0.0, reference * _PAVED, 0.0),
        "unused": (0.0, 0.0, 0.0, 0.0),
    }
    return {name: dict(zip(("above", "below", "soil", "dead"), values, strict=True)) for name, values in rows.items()}
