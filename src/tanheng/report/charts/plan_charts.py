"""Charts of a plan: the front of two goals, and scenarios against today."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tanheng.language import name_of, tr
from tanheng.report.words.amounts import mass_unit


def draw_front(path: Path, table: pd.DataFrame, units: str, *, only_carbon: bool) -> Path:
    """Draw the front of two goals.

    Parameters
    ----------
    units : str
        Of the second goal.
    only_carbon : bool
        Whether the gain of the plan is one of carbon, and not of several weighted goals.
    """
    other = str(table.columns[0])
    figure = Figure(figsize=(6.4, 4.2), dpi=300, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    power = 3 * int(np.log10(max(float(table[other].abs().max()), 1.0)) // 3)
    scale = f"10{str(power).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))} " if power else ""
    axes.plot(table[other] / 10.0**power, table["gain"] / 1e6, color="#2f7d4a", marker="o", ms=4, lw=1.4)
    axes.set_xlabel(tr("{name}, {units}", name=name_of(other), units=scale + units))
    axes.set_ylabel(tr("gain of stored carbon, Mt C") if only_carbon else tr("gain by the weights given, 10⁶"))
    figure.suptitle(tr("Trade-off between the two goals: each point is optimal at its level"), fontsize=10)
    axes.grid(color="#dddddd", lw=0.5)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)
    return path


#: Colours of the plan, and of scenarios that store more or less than today.
_PLAN, _MORE, _LESS = "#1b4f2f", "#9fcfae", "#e3a39b"


def draw_scenarios(path: Path, table: pd.DataFrame, gain: float) -> Path:
    """Draw the stored carbon of the plan and of the scenarios against today; `gain` is that of the plan, t C."""
    plan = pd.DataFrame([{"scenario": tr("the plan, under its own limits"), "change_t_c": gain}])
    rows = pd.concat([plan, table.loc[table["scenario"] != "today", ["scenario", "change_t_c"]]], ignore_index=True)
    figure = Figure(figsize=(6.4, 1.5 + 0.5 * len(rows)), dpi=300, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    factor, units = mass_unit(float(rows["change_t_c"].abs().max()))
    values = rows["change_t_c"].to_numpy(float) * factor
    colours = [_PLAN, *(_MORE if value >= 0 else _LESS for value in values[1:])]
    places = np.arange(len(rows))[::-1]
    axes.barh(places, values, color=colours, height=0.6)
    axes.set_yticks(places, [name_of(name) for name in rows["scenario"]])
    axes.axvline(0, color="#333333", lw=0.8)
    for place, value in zip(places, values, strict=True):
        text = (f"{value:+,.2f}" if factor != 1.0 else f"{value:+,.0f}").replace("-", "−")
        axes.annotate(text, (value, place), xytext=(4 if value >= 0 else -4, 0), textcoords="offset points",
                      va="center", ha="left" if value >= 0 else "right", fontsize=9)  # fmt: skip
    axes.margins(x=0.18)
    axes.set_xlabel(tr("change of stored carbon against today, {units} (a stock)", units=units))
    figure.suptitle(tr("Scenarios set their own areas of the classes in place of the plan's limits"), fontsize=9.5)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)
    return path


def draw_gain_by_year(path: Path, table: pd.DataFrame) -> Path:
    """Draw the gain of a plan by year, once settled and as soil and trees respond."""
    figure = Figure(figsize=(6.4, 3.8), dpi=300, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    factor, units = mass_unit(float(table[["settled_gain_t_c", "gain_t_c"]].abs().to_numpy().max()))
    axes.plot(
        table["year"], table["settled_gain_t_c"] * factor, color="#7f7f7f", ls="--", lw=1.4, label=tr("steady state")
    )
    axes.plot(table["year"], table["gain_t_c"] * factor, color="#2f7d4a", lw=1.8, label=tr("as soil and trees respond"))
    axes.axhline(0, color="#333333", lw=0.8)
    axes.set_xlabel(tr("year"))
    axes.set_ylabel(tr("gain against today, {units}", units=units))
    figure.suptitle(tr("Gain of the plan by year, conversions spread evenly over its horizon"), fontsize=10)
    axes.grid(color="#dddddd", lw=0.5)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=9.5, frameon=False)
    figure.savefig(path)
    return path
