"""What maps show: for each variable its title, units, colours and class breaks, alike on paper and on the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import xarray as xr

from tanheng.language import mark, mark_name, name_of, tr
from tanheng.report.style.breaks import BreakChoice, breaks_for
from tanheng.report.style.map_options import MapOptions
from tanheng.report.style.palettes import CONVERSION_COLOURS, NO_HUE, graded_colours

#: What is too rare for a colour of its own.
_ANOTHER = "#777777"

LAND_USE = mark("Land use")


@dataclass(frozen=True)
class Theme:
    """How a quantity is drawn; `title` and `units` are templates that ``tr`` translates where they are shown.

    Attributes
    ----------
    variable : str
        Name in the dataset; the map shows it per hectare of the region, unless `per_hectare` says otherwise.
    name : str
        Start of the file's name, and key of the theme in the study's breaks.
    comparable : bool
        Whether years may be compared; those that may not are never drawn side by side.
    scale : float
        From the unit of the variable to that of the map.
    """

    variable: str
    name: str
    title: str
    units: str
    palette: str
    diverging: bool = False
    per_hectare: bool = True
    comparable: bool = True
    scale: float = 1.0

    def colours(self, breaks: Sequence[float]) -> list[str]:
        """Colour of each class between the breaks."""
        return graded_colours(self.palette, breaks, diverging=self.diverging)


@dataclass(frozen=True)
class KindTheme:
    """How a variable of kinds is drawn: a colour and a name for each of its kinds, in their order."""

    variable: str
    title: str
    legend: str
    kinds: tuple[tuple[str, str], ...]


_STOCK, _FLOW = mark("t C per ha"), mark("t C per ha and year")

#: What a supply-demand ratio is divided by, for the legend: one norm a year makes maps of two years incomparable.
_NORMS = {
    "year": mark("balance over the norm of its year: do not compare years"),
    "pooled": mark("balance over one norm for all years"),
    "p99": mark("balance over one norm for all years (99th percentiles)"),
}

NO_NEIGHBOURS = mark_name("no neighbours")

#: Colours of clusters (LISA), as GeoDa has them.
CLUSTER_COLOURS = {
    mark_name("not significant"): NO_HUE,
    mark_name("high, high"): "#ff0000",
    mark_name("low, high"): "#a7adf9",
    mark_name("low, low"): "#0000ff",
    mark_name("high, low"): "#f4ada8",
    NO_NEIGHBOURS: "#999999",
}

#: Kinds of local statistics, in the colours that GeoDa gives them.
KIND_THEMES = [
    KindTheme(
        "mismatch_quadrant",
        mark("Quadrants of supply and demand against their means"),
        mark("Supply, demand"),
        (
            ("#8c6bb1", mark_name("high, high")),
            ("#d7301f", mark_name("low, high")),
            (NO_HUE, mark_name("low, low")),
            ("#41ab5d", mark_name("high, low")),
        ),
    ),
    KindTheme(
        "supply_demand_cluster",
        mark("Bivariate local Moran's I (LISA) of supply and the demand around it"),
        mark("Supply here, demand of the neighbours"),
        (*((colour, name) for name, colour in CLUSTER_COLOURS.items() if name != NO_NEIGHBOURS),),
    ),
    KindTheme(
        "balance_hot_spot",
        mark("Hot and cold spots of change of the balance (Getis-Ord Gi*)"),
        mark("Against the mean change"),
        (
            (NO_HUE, mark_name("not significant")),
            ("#2c7bb6", mark_name("better than the mean change")),
            ("#d7191c", mark_name("worse than the mean change")),
        ),
    ),
]

_STOCK_CHANGE = Theme(
    "stock_change", "stock_change", mark("Change of stored carbon between the maps"), _FLOW, "BrBG", diverging=True
)
_LAND_CHANGED = Theme(
    "land_changed",
    "land_changed",
    mark("Land whose class differs between the maps"),
    mark("% of the land of the cell"),
    "PuBuGn",
    per_hectare=False,
    scale=100.0,
)

#: Themes of quantities from outside.
_MORE: list[Theme] = []


def declare_theme(theme: Theme | KindTheme) -> None:
    """Add a theme from outside, drawn after those that are known."""
    themes_of_kind: list[Theme] | list[KindTheme] = _MORE if isinstance(theme, Theme) else KIND_THEMES
    if theme not in themes_of_kind:
        themes_of_kind.append(theme)  # type: ignore[arg-type]


def themes(dataset: xr.Dataset) -> list[Theme]:
    """Themes of quantities that the dataset has variables for."""
    stock_mode = dataset.attrs.get("balance_mode", "stock") == "stock"
    units = _STOCK if stock_mode else _FLOW
    if stock_mode:
        supply = Theme("carbon_stock", "supply", mark("Carbon storage (supply, a stock)"), _STOCK, "YlGn")
        title = mark("Balance: storage minus one year of emissions")
    else:
        supply = Theme("supply", "supply", mark("Carbon supply (a yearly flow)"), _FLOW, "BrBG", diverging=True)
        title = mark("Balance: supply minus emissions")
    # Where supply is the change of the stock, its map is this one already.
    changes = [] if dataset.attrs.get("balance_mode", "stock") == "stock_change" else [_STOCK_CHANGE]
    wanted = [
        supply,
        *changes,
        _LAND_CHANGED,
        Theme("demand", "demand", mark("Carbon emissions allotted to cells (demand)"), _FLOW, "YlOrRd"),
        Theme("balance", "balance", title, units, "RdYlBu", diverging=True),
        Theme(
            "supply_demand_ratio",
            "supply_demand_ratio",
            mark("Supply-demand ratio"),
            _NORMS[str(dataset.attrs.get("ratio_norm", "year"))],
            "RdYlBu",
            diverging=True,
            per_hectare=False,
            comparable=dataset.attrs.get("ratio_norm", "year") != "year",
        ),
        Theme(
            "balance_half_width",
            "balance_half_width",
            mark("Half of the 95 % interval of the balance"),
            units,
            "PuBuGn",
        ),
        Theme(
            "demand_difference",
            "demand_difference",
            mark("Demand by another weight, minus demand"),
            _FLOW,
            "PuOr",
            diverging=True,
        ),
    ]
    return [theme for theme in (*wanted, *_MORE) if theme.variable in dataset]


def kind_themes(dataset: xr.Dataset) -> list[KindTheme]:
    """Themes of kinds that the dataset has variables for."""
    kind_maps = [_transitions(dataset["land_transition"])] if "land_transition" in dataset else []
    return [*kind_maps, *(theme for theme in KIND_THEMES if theme.variable in dataset)]


def _transitions(array: xr.DataArray) -> KindTheme:
    """Theme of the largest conversions, whose kinds are those of the run."""
    firsts, lasts = array.attrs.get("from_classes", []), array.attrs.get("to_classes", [])
    conversions = [
        tr("{one} to {other}", one=name_of(first), other=name_of(last))
        for first, last in zip(firsts, lasts, strict=True)
    ]
    return KindTheme(
        "land_transition",
        mark("The largest conversions of land between the maps, ten at most"),
        mark("Largest conversion of the cell"),
        (
            (NO_HUE, mark_name("less than 5 % of the land differs")),
            *zip(CONVERSION_COLOURS, conversions, strict=False),
            (_ANOTHER, mark_name("another conversion")),
        ),
    )


def per_hectare(dataset: xr.Dataset, theme: Theme, cell_area_ha: float) -> xr.DataArray:
    """Values of a theme as its map shows them: amounts per hectare of the region, ratios as they are."""
    if not theme.per_hectare:
        return dataset[theme.variable] * theme.scale if theme.scale != 1.0 else dataset[theme.variable]
    fraction = dataset["region_fraction"]
    return dataset[theme.variable] / (fraction * cell_area_ha).where(fraction > 0)


def theme_breaks(
    theme: Theme, values: xr.DataArray, choice: BreakChoice | Mapping[str, BreakChoice] = "auto", classes: int = 7
) -> list[float]:
    """Class breaks of a theme over all years; zero is one of them where the theme diverges.

    Parameters
    ----------
    values : xarray.DataArray
        As `per_hectare` gives them, all years.
    choice : str, sequence of float, or mapping
        A method, breaks by hand, or either by the theme's name; a theme without an entry takes the default.
    """
    own = choice.get(theme.name, "auto") if isinstance(choice, Mapping) else choice
    return breaks_for(np.asarray(values.values, float), own, classes, diverging=theme.diverging)


def all_breaks(dataset: xr.Dataset, cell_area_ha: float, options: MapOptions) -> dict[str, list[float]]:
    """Class breaks of every theme of a dataset, by its name."""
    return {
        theme.name: theme_breaks(theme, per_hectare(dataset, theme, cell_area_ha), options.breaks, options.classes)
        for theme in themes(dataset)
    }


def figure(value: float, digits: int = 3) -> str:
    """Break as a legend shows it.

    Examples
    --------
    >>> figure(-0.5), figure(64.0), figure(123456.0)
    ('−0.5', '64', '123,456')
    """
    text = f"{value:.{digits}g}" if abs(value) < 10.0**digits else f"{value:,.0f}"
    return text.replace("-", "−")


def class_labels(breaks: Sequence[float], *, diverging: bool = False) -> list[str]:
    """Range of each class in words; the class around zero of a diverging map is called 0.

    Examples
    --------
    >>> class_labels([-3.0, -0.1, 0.1, 4.0], diverging=True)
    ['−3 to −0.1', '0', '0.1 to 4']
    """
    shown = [figure(value) for value in breaks]
    digits = 3
    while len(set(shown)) < len(shown) and digits < 9:
        digits += 1
        shown = [figure(value, digits) for value in breaks]
    return [
        "0" if diverging and low < 0 < high else tr("{low} to {high}", low=below, high=above)
        for (low, high), (below, above) in zip(pairwise(breaks), pairwise(shown), strict=True)
    ]


def time_of(array: xr.DataArray) -> str:
    """Dimension of the years or periods of a variable."""
    return "year" if "year" in array.dims else "period"


def title_of(title: str, when: object = "") -> str:
    """Title of a map with its year or period.

    Examples
    --------
    >>> title_of("Land use", 2015), title_of("Land use", "1995-2005"), title_of("Land use")
    ('Land use, 2015', 'Land use, 1995–2005', 'Land use')
    """
    text = tr(title)
    return tr("{title}, {when}", title=text, when=period_of(when)) if when not in ("", None) else text


def period_of(when: object) -> str:
    """Year or period as readers write it."""
    return str(when).replace("-", tr("–"))
