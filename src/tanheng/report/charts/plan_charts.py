"""Charts of a plan: the front of two goals, and scenarios against today."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tanheng.language import name_of, tr


def draw_front(path: Path, table: pd.DataFrame) -> Path:
    """Draw the front of two goals."""
    other = str(table.columns[0])
    figure = Figure(figsize=(6.4, 4.2), dpi=300, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    power = 3 * int(np.log10(max(float(table[other].abs().max()), 1.0)) // 3)
    scale = f", 10{str(power).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}" if power else ""
    axes.plot(table[other] / 10.0**power, table["gain"] / 1e6, color="#2f7d4a", marker="o", ms=4, lw=1.4)
    axes.set_xlabel(name_of(other) + scale)
    axes.set_ylabel(tr("gain, 10⁶ (t C where only carbon counts)"))
    axes.set_title(tr("What one goal costs the other: each point is the best at its level"), fontsize=10)
    axes.grid(color="#dddddd", lw=0.5)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)
    return path


def draw_scenarios(path: Path, table: pd.DataFrame, gain: float) -> Path:
    """Draw the stored carbon of the plan and of the scenarios against today; `gain` is that of the plan, t C."""
    plan = pd.DataFrame([{"scenario": tr("the plan, under its own limits"), "change_t_c": gain}])
    rows = pd.concat([plan, table.loc[table["scenario"] != "today", ["scenario", "change_t_c"]]], ignore_index=True)
    figure = Figure(figsize=(6.4, 0.9 + 0.55 * len(rows)), dpi=300, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    values = rows["change_t_c"].to_numpy() / 1e6
    colours = ["#2f7d4a" if value >= 0 else "#c8453b" for value in values]
    places = np.arange(len(rows))[::-1]
    axes.barh(places, values, color=colours, height=0.6)
    axes.set_yticks(places, [name_of(name) for name in rows["scenario"]])
    axes.axvline(0, color="#333333", lw=0.8)
    for place, value in zip(places, values, strict=True):
        axes.annotate(f"{value:+.2f}".replace("-", "−"), (value, place), xytext=(4 if value >= 0 else -4, 0),
                      textcoords="offset points", va="center", ha="left" if value >= 0 else "right", fontsize=8)  # fmt: skip
    axes.margins(x=0.15)
    axes.set_xlabel(tr("change of stored carbon against today, Mt C (a stock)"))
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)
    return path


def draw_gain_by_year(path: Path, table: pd.DataFrame) -> Path:
    """Draw the gain of a plan by year, once settled and as soil and trees respond."""
    figure = Figure(figsize=(6.4, 3.8), dpi=300, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot(
        table["year"], table["settled_gain_t_c"] / 1e6, color="#7f7f7f", ls="--", lw=1.4, label=tr("once settled")
    )
    axes.plot(table["year"], table["gain_t_c"] / 1e6, color="#2f7d4a", lw=1.8, label=tr("as soil and trees respond"))
    axes.axhline(0, color="#333333", lw=0.8)
    axes.set_xlabel(tr("year"))
    axes.set_ylabel(tr("gain against today, Mt C"))
    axes.set_title(tr("Gain of the plan by year, conversions spread evenly over its horizon"), fontsize=10)
    axes.grid(color="#dddddd", lw=0.5)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=8, frameon=False)
    figure.savefig(path)
    return path
