"""Chart of the same activity under several sets of emission factors, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tanheng.language import name_of, tr
from tanheng.report.style.fonts import font_families

_SETS = ("#2f7d4a", "#d95f02", "#4a90c8", "#8c6bb1", "#b9a892", "#c8453b")


def _figure(height: float) -> tuple[Figure, Any]:
    figure = Figure(figsize=(7.2, height), dpi=300, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def draw_factor_comparison(path: Path, table: pd.DataFrame, most: int = 10) -> Path:
    """Draw the largest fuels and the total of the last year under each set."""
    sets = [name for name in table.columns if name not in {"year", "fuel"}]
    year = table["year"].max()
    rows = table[table["year"] == year]
    fuels = rows[rows["fuel"] != "total"]
    order = fuels[sets].max(axis=1).sort_values(ascending=False).index[:most]
    shown = pd.concat([rows[rows["fuel"] == "total"], fuels.loc[order]])
    with mpl.rc_context({"font.family": font_families()}):
        figure, axes = _figure(1.2 + 0.16 * len(sets) * len(shown) + 0.14 * len(shown))
        places = np.arange(len(shown))[::-1].astype(float)
        width = 0.8 / len(sets)
        for number, name in enumerate(sets):
            values = shown[name].to_numpy(float)
            at = places + 0.4 - width * (number + 0.5)
            axes.barh(at, np.nan_to_num(values), height=width, color=_SETS[number % len(_SETS)], label=name_of(name))
            for place, value in zip(at, values, strict=True):
                text = tr("cannot be calculated") if np.isnan(value) else f"{value:,.1f}"
                axes.annotate(
                    text,
                    (np.nan_to_num(value), place),
                    xytext=(3, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=6.5,
                )
        axes.set_yticks(places, [name_of(name) for name in shown["fuel"]])
        axes.set_xlabel(tr("Mt CO₂, {year}", year=year))
        axes.set_title(tr("The same fuel under each set of emission factors"), fontsize=10)
        axes.margins(x=0.1)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(fontsize=7.5, frameon=False, loc="lower right")
        figure.savefig(path)
    return path
