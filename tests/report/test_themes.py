from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from tanheng.report.style.palettes import class_colours, colour_at, graded_colours
from tanheng.report.style.themes import KIND_THEMES, class_labels, per_hectare, theme_breaks, themes, title_of

# Machado, Oliveira & Fernandes 2009 (doi:10.1109/TVCG.2009.113): what eyes without M or L cones see, on linear RGB.
_BLIND = {
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
}


def _lab(colours: list[str], kind: str) -> np.ndarray:
    """Colours as such an eye sees them, in CIE L*a*b* (D65)."""
    rgb = np.array([[int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)] for colour in colours])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.array(_BLIND[kind]).T, 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    ratio = seen @ to_xyz.T / [0.9505, 1.0, 1.089]
    f = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


@pytest.mark.parametrize("kind", list(_BLIND))
@pytest.mark.parametrize("palette", ["YlGn", "YlOrRd", "PuBuGn", "RdYlBu", "BrBG", "PuOr"])
def test_colour_blind_readers_tell_classes_apart(palette: str, kind: str) -> None:
    diverging = palette in ("RdYlBu", "BrBG", "PuOr")
    breaks = [-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0] if diverging else [float(n) for n in range(8)]
    seen = _lab(graded_colours(palette, breaks, diverging=diverging), kind)
    apart = np.linalg.norm(seen[:, None] - seen[None], axis=2)[~np.eye(len(seen), dtype=bool)]
    assert apart.min() > 5


@pytest.mark.parametrize("palette", ["YlGn", "YlOrRd", "PuBuGn"])
def test_a_sequence_grows_darker(palette: str) -> None:
    colours = [colour_at(palette, place) for place in np.linspace(0, 1, 9)]
    assert (np.diff([sum(int(colour[at : at + 2], 16) for at in (1, 3, 5)) for colour in colours]) < 0).all()


def test_zero_parts_the_colours() -> None:
    colours = graded_colours("RdYlBu", [-5.0, -1.0, 0.0, 1.0, 5.0, 9.0], diverging=True)
    red = [int(colour[1:3], 16) > int(colour[5:7], 16) for colour in colours]
    assert red == [True, True, False, False, False]


def test_every_class_has_a_colour_of_its_own() -> None:
    colours = class_colours(["forest", "orchard", "water", "tea", "bamboo"])
    assert len(set(colours)) == 5


def test_kinds_of_a_map_have_colours_of_their_own() -> None:
    for theme in KIND_THEMES:
        assert len({colour for colour, _ in theme.kinds}) == len(theme.kinds)


def _dataset(mode: str) -> xr.Dataset:
    amount = xr.DataArray([[[200.0, 50.0]], [[-400.0, np.nan]]], dims=("year", "y", "x"), coords={"year": [2000, 2010]})
    fraction = xr.DataArray([[1.0, 0.5]], dims=("y", "x"))
    variables = {"balance": amount, "carbon_stock": amount, "region_fraction": fraction}
    return xr.Dataset(variables, attrs={"balance_mode": mode})


def test_maps_show_amounts_per_hectare_of_the_region() -> None:
    dataset = _dataset("stock")
    theme = themes(dataset)[-1]
    # 200 t on 100 ha, 50 t on half of 100 ha, -400 t on 100 ha
    assert per_hectare(dataset, theme, 100.0).values[:, 0].tolist() == [
        [2.0, 1.0],
        [-4.0, pytest.approx(np.nan, nan_ok=True)],
    ]


def test_breaks_are_the_same_over_years_and_by_hand_for_a_theme() -> None:
    dataset = _dataset("stock")
    theme = themes(dataset)[-1]
    values = per_hectare(dataset, theme, 100.0)
    assert theme_breaks(theme, values)[0] == -4.0
    assert theme_breaks(theme, values, {"balance": [-1, 1]}) == [-4.0, -1.0, 0.0, 1.0, 2.0]
    assert theme_breaks(theme, values, {"supply": [-1, 1]}) == theme_breaks(theme, values)


def test_a_stock_is_called_a_stock() -> None:
    assert "a stock" in themes(_dataset("stock"))[0].title
    assert [theme.variable for theme in themes(_dataset("sink"))] == ["balance"]
    assert themes(_dataset("sink"))[0].units == "t C per ha and year"


def test_labels_say_the_range_of_each_class() -> None:
    assert class_labels([-12.5, 0.0, 1500.0]) == ["−12.5 to 0", "0 to 1,500"]
    assert title_of("Land use", "1995-2005") == "Land use, 1995–2005"
