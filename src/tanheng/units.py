"""Units: carbon and carbon dioxide are different things, and standard coal is an energy.

The registry is pint's, with three additions: the species ``C`` and ``CO2`` as dimensions of their own, so that
``t C`` cannot turn into ``t`` or ``t CO2`` by accident; ``tce``, the tonne of standard coal of Chinese statistics;
and the number words of Chinese yearbooks (万吨, 亿立方米, 万吨标准煤).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from tanheng.errors import UnitError
from tanheng.language import tr
from tanheng.limits import limit

if TYPE_CHECKING:
    import pint

#: Mass of carbon dioxide per mass of the carbon in it: 44/12, here and nowhere else.
CO2_PER_C = 44.0 / 12.0

#: Square metres of one hectare and of one square kilometre.
M2_PER_HA = 1.0e4
M2_PER_KM2 = 1.0e6
HA_PER_KM2 = 100.0

#: Standard deviations in half a 95 % interval of a normal distribution: half-widths over it are standard errors.
SIGMAS_IN_HALF = 1.959963984540054

#: Units of our own tables, which need no registry to be turned into themselves.
_PLAIN = ("t C ha-1", "t C", "t", "TJ", "1")

#: Words of Chinese yearbooks; longer ones stand before those that they contain.
_CHINESE = {
    "标准煤": "_ce",
    "二氧化碳": "CO2",
    "立方米": "m3",
    "千瓦时": "kWh",
    "百万": "10^6",
    "千焦": "kJ",
    "吉焦": "GJ",
    "公顷": "ha",
    "头": "head",
    "只": "head",
    "太焦": "TJ",
    "碳": "C",
    "年": "yr",
    "千": "10^3",
    "万": "10^4",
    "亿": "10^8",
    "吨": "t",
}


@cache
def registry() -> pint.UnitRegistry[Any]:
    """Registry of units: pint's, with ``C``, ``CO2``, ``CO2e`` and ``tce``."""
    import pint

    units: pint.UnitRegistry[Any] = pint.UnitRegistry(on_redefinition="ignore")
    units.define("C = [carbon]")
    units.define("CO2 = [carbon_dioxide]")
    units.define("CO2e = [carbon_dioxide_equivalent]")
    units.define("tce = 29.3076e9 joule")
    units.define("Mtce = 1e6 tce")
    units.define("kgce = 1e-3 tce")
    units.define("kt = 1e3 tonne")  # not the knot
    units.define("yr = year")
    units.define("person = [person]")
    units.define("head = [head]")
    return units


def _pint_spelling(text: str) -> str:
    """Spelling that pint parses: ``t C ha-1`` becomes ``t * C * ha**-1``."""
    text = text.strip().replace("₂", "2")
    for chinese, spelling in _CHINESE.items():
        text = text.replace(chinese, f" {spelling} ")
    text = text.strip().replace("m³", "m3").replace("m²", "m2").replace("×", "*").replace("·", "*")
    text = re.sub(r"\bt\s+_ce\b", "tce", text)
    text = re.sub(r"(10\^\d+)\s+(?=10\^)", r"\1 * ", text)
    text = re.sub(r"(?<=\d)\s+(?=\d)", "", text)
    text = re.sub(r"10\^(\d+)(?=[A-Za-z])", r"1e\1 * ", text)
    text = re.sub(r"10\^(\d+)", r"1e\1", text)
    text = re.sub(r"\b([kMGTP]?[gt])(CO2e?|C)\b", r"\1 * \2", text)
    text = re.sub(r"\b([A-Za-z]+?)(-?[123])(?![A-Za-z0-9])", _power, text)
    return re.sub(r"(?<=[\w)])\s+(?=[A-Za-z(])", " * ", text)


def _power(match: re.Match[str]) -> str:
    name, exponent = match.groups()
    return match.group(0) if name + exponent in ("CO2", "CO2e") or name == "e" else f"{name}**{exponent}"


#: What a unit may be written with, before powers: letters, digits, and the signs of products, quotients, powers and brackets.
_WRITTEN = re.compile(r"[\w\s.*/^()+·×³²₂°%-]*")

#: A power of a power, or a power of more than two digits: no unit has one, and to work it out could take for ever.
_TOWER = re.compile(r"(\*\*|\^)\s*\(?[-+\d.\w]+\)?\s*(\*\*|\^)|(\*\*|\^)\s*\(?[-+]?\d{3,}|\d{20,}|[eE][-+]?\d{3,}")


def _refuse_strange(unit: str) -> None:
    """Refuse what can be no unit before it is worked out.

    Raises
    ------
    UnitError
        It is too long, has other signs, or towers of powers.
    """
    if len(unit) > limit("unit_characters") or not _WRITTEN.fullmatch(unit) or _TOWER.search(unit):
        shown = unit if len(unit) <= _SHOWN else f"{unit[:_SHOWN]}…"
        raise UnitError(tr("'{unit}' is not a unit; write it as in 't', '10^4 t', 'm3', 'TJ', 'tce'", unit=shown))


#: A comma between digits in groups of three.
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")

#: A power of ten whose exponent is no longer raised, as text copied from a page has it: 104 t, 10 4 t, 108 m3.
_LOST_POWER = re.compile(r"\s*10\s*([3-9]|1[0-8](?=\s*(?:J|焦|W|瓦)))(?![\d.eE^*])\s*(.*)")


def _refuse_lost_power(unit: str) -> None:
    """Refuse a power of ten that reads as a hundred and something.

    Raises
    ------
    UnitError
        There is one.
    """
    match = _LOST_POWER.fullmatch(unit)
    if match:
        power, rest = match.groups()
        raise UnitError(
            tr(
                "unit '{unit}': if 10 to the power of {power} is meant, write '10^{power} {rest}'",
                unit=unit,
                power=power,
                rest=rest,
            )
        )


#: Units that may be meant in several ways: by rule a megametre cubed is 10^18 m3, a mtce a thousandth of a tce.
_UNCLEAR = re.compile(r"\b(tons?|mt|mt_?ce|mtoe|[Mm]+m\s*(\^|\*\*)?\s*[3³])(?![A-Za-z0-9])")

#: Letters of a unit that a message shows.
_SHOWN = 60


@lru_cache(maxsize=4096)
def conversion_factor(source: str, target: str) -> float:
    """Factor that turns a number in `source` into one in `target`.

    Parameters
    ----------
    source, target : str
        Units in CF spelling (``t C ha-1``), with powers of ten (``10^4 t``) or in Chinese (``万吨``).

    Raises
    ------
    UnitError
        A unit is not known, or the two do not measure the same thing.

    Examples
    --------
    >>> conversion_factor("万吨", "t"), conversion_factor("万百万千焦", "TJ")
    (10000.0, 10.0)
    >>> conversion_factor("g C m-2", "t C ha-1")
    0.01
    >>> conversion_factor("t C", "t CO2")
    Traceback (most recent call last):
    tanheng.errors.UnitError: 't C' can't be turned into 't CO2': carbon and carbon dioxide differ by 44/12; \
name the one that the figures are in
    """
    if source == target and source in _PLAIN:
        return 1.0
    source = _GROUPED.sub("", source)
    _refuse_strange(source)
    units = registry()
    unclear = _UNCLEAR.search(f"{source} {target}")
    if unclear:
        raise UnitError(
            tr(
                "unit '{source}': '{word}' may mean several; write t for 1,000 kg, Mt for a million of them, and 10^6 m3 for a million m3",
                source=source,
                word=unclear[0],
            )
        )
    _refuse_lost_power(source)
    try:
        quantity = units.parse_expression(_pint_spelling(source))
        goal = units.parse_expression(_pint_spelling(target))
        ratio = (quantity / goal).to_base_units()
    except (Exception, RecursionError) as error:
        raise UnitError(
            tr(
                "unit '{source}' or '{target}' is not known; write it as in 't', '10^4 t', 'm3', 'TJ', 'tce'",
                source=source,
                target=target,
            )
        ) from error
    if not ratio.dimensionless:
        why = (
            tr(": carbon and carbon dioxide differ by 44/12; name the one that the figures are in")
            if ("CO2" in source + target and re.search(r"\bC\b", source + " " + target))
            else tr(": they do not measure the same thing")
        )
        raise UnitError(tr("'{source}' can't be turned into '{target}'{why}", source=source, target=target, why=why))
    factor = float(f"{ratio.magnitude:.15g}")
    if not 0 < factor < float("inf"):
        raise UnitError(
            tr(
                "'{source}' is {factor:g} '{target}'; a unit is a positive amount, as '10^4 t'",
                source=source,
                factor=factor,
                target=target,
            )
        )
    return factor


@lru_cache(maxsize=4096)
def same_dimension(source: str, target: str) -> bool:
    """Whether two units measure the same thing.

    Examples
    --------
    >>> same_dimension("万吨", "t"), same_dimension("m3", "t")
    (True, False)
    """
    try:
        conversion_factor(source, target)
    except UnitError:
        return False
    return True


def carbon_factor(unit: str, target: str) -> float:
    """Factor that turns amounts of carbon into a unit of carbon, whether their own unit names the carbon or leaves it out.

    For columns that can hold nothing but carbon, as Chinese tables print densities in t/hm2.

    Raises
    ------
    UnitError
        The unit is of carbon dioxide, of dry matter, or of something else.

    Examples
    --------
    >>> carbon_factor("kg C m-2", "t C ha-1"), carbon_factor("t/hm2", "t C ha-1")
    (10.0, 1.0)
    """
    try:
        return conversion_factor(unit, target)
    except UnitError:
        if not same_dimension(unit, target.replace(" C", "")):
            raise
        return conversion_factor(unit, target.replace(" C", ""))


def tonnes_of_carbon(value: float, unit: str) -> float:
    r"""Mass in t C of a mass of carbon or of carbon dioxide.

    .. math:: m_C = m_{CO_2} \cdot 12 / 44

    Raises
    ------
    UnitError
        The unit names neither C nor CO2.

    Examples
    --------
    >>> tonnes_of_carbon(44.0, "10^4 t CO2")
    120000.0
    """
    for species, per_carbon in (("t C", 1.0), ("t CO2", CO2_PER_C)):
        if same_dimension(unit, species):
            return value * conversion_factor(unit, species) / per_carbon
    raise UnitError(
        tr(
            "'{unit}' is not a unit of carbon mass: write 't C' or 't CO2' (or 10^4 t CO2, Gg C, 万吨二氧化碳)",
            unit=unit,
        )
    )
