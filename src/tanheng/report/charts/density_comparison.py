"""Chart of the same land under several tables of carbon densities, by carbon pool."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tanheng.choices import POOLS
from tanheng.factors.densities import POOL_WORDS
from tanheng.language import tr
from tanheng.report.style.fonts import font_families
from tanheng.report.style.palettes import POOL_COLOURS


def draw_density_comparison(path: Path, table: pd.DataFrame) -> Path:
    """Draw the carbon density of the last year under each table, stacked by pool, with the change since the first year beside it."""
    year = int(table["year"].max())
    rows = table[table["year"] == year]
    with mpl.rc_context({"font.family": font_families()}):
        figure = Figure(figsize=(7.2, 1.4 + 0.42 * len(rows)), dpi=300, facecolor="white", layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        places = np.arange(len(rows))[::-1].astype(float)
        left = np.zeros(len(rows))
        hectares = rows["area_km2"].to_numpy(float) * 100.0
        for pool in POOLS:
            values = rows[f"{pool}_t_c"].to_numpy(float) / hectares
            words = POOL_WORDS[pool]
            axes.barh(places, values, left=left, height=0.6, color=POOL_COLOURS[pool], label=tr(words))
            left += values
        for place, total, change in zip(places, left, rows["change_t_c"], strict=True):
            text = tr("{total:.1f}; change {change:+.2f} Mt C", total=total, change=change / 1e6)
            axes.annotate(text, (total, place), xytext=(4, 0), textcoords="offset points", va="center", fontsize=7)
        axes.set_yticks(places, list(rows["density_table"]), fontsize=7.5)
        axes.set_xlabel(tr("carbon density of {year}, t C/ha", year=year), fontsize=9)
        axes.tick_params(axis="x", labelsize=8)
        axes.margins(x=0.32)
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_title(tr("The same land under each table of carbon densities"), fontsize=10)
        figure.legend(
            *axes.get_legend_handles_labels(), ncols=4, fontsize=7.5, frameon=False, loc="outside lower center"
        )
        figure.savefig(path)
    return path
