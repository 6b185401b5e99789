"""Yearly flows of land in words: the stock difference beside what responds over time, and why they differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from tanheng.language import joined, tr
from tanheng.report.words.amounts import mass
from tanheng.report.words.key_figures import fast_classes

Tables = Mapping[str, pd.DataFrame]


def flows_paragraph(tables: Tables) -> str:
    """What land emits or takes up each year by both ways to account; empty where no yearly flows were asked for."""
    if "land_accounting_totals" not in tables:
        return ""
    table = tables["land_accounting_totals"]
    last = table.iloc[-1]
    first, end = int(table["from_year"].min()), int(table["to_year"].max())
    doubt = (
        [
            tr(
                "The yearly flows below take what differs between the maps as change of land, which it mostly is not: they describe the maps alone."
            )
        ]
        if fast_classes(tables, first, end)
        else []
    )
    return joined([*doubt, *(_period(row) for row in table.itertuples()), *_owed(last, tables["stock_over_time"])])


def _period(row: Any) -> str:  # noqa: ANN401  a row of pandas
    figures = {
        "first": row.from_year,
        "last": row.to_year,
        "difference": mass(row.stock_difference_t_co2_per_yr, "CO₂", signed=True),
        "responding": mass(row.responding_t_co2_per_yr, "CO₂", signed=True),
    }
    text = tr(
        "From {first} to {last} land emits {difference} a year by the stock difference, and {responding} as soil and trees respond over years "
        "(removals are negative).",
        **figures,
    )
    if not row.given_t_co2_per_yr:
        return text
    more = tr(
        "Gains and losses that the study gives add {given} a year, {total} in total: the stock difference captures only land that changes its class.",
        given=mass(row.given_t_co2_per_yr, "CO₂", signed=True),
        total=mass(row.accounted_t_co2_per_yr, "CO₂", signed=True),
    )
    return joined([text, more])


def _owed(row: Any, times: pd.DataFrame) -> list[str]:  # noqa: ANN401  a row of pandas
    """What is still to follow after the last year."""
    if not row.owed_t_c:
        return []
    return [
        tr(
            "The stock of {year} is not yet at steady state: if land use stays as it is, a further {owed} is expected by "
            "{end} from conversions that the maps show.",
            year=int(row.to_year),
            owed=mass(row.owed_t_c, signed=True),
            end=int(times["year"].iloc[-1]),
        )
    ]
