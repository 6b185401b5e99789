"""What drives emissions in words: effects of the decomposition, and the state of decoupling; by rules."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from tanheng.language import joined, listed, name_of, tr
from tanheng.report.words.amounts import mass
from tanheng.report.words.periods import told_periods

Tables = Mapping[str, pd.DataFrame]

#: Name of the whole region in the tables of zones.
REGION = "the region"


def decomposition_paragraph(tables: Tables) -> str:
    """What the decomposition of the region's emissions says of each period; empty where there is none."""
    if "emission_decomposition" not in tables:
        return ""
    effects, states = (
        table[table["zone"] == REGION] for table in (tables["emission_decomposition"], tables["decoupling"])
    )
    periods = told_periods(zip(states["from_year"], states["to_year"], strict=True))
    sentences = []
    for state in states.itertuples():
        if (state.from_year, state.to_year) in periods:
            rows = effects[(effects["from_year"] == state.from_year) & (effects["to_year"] == state.to_year)]
            sentences += [_period(state, rows), *_decoupling(state)]
    return joined(
        [
            *sentences,
            tr(
                "The decomposition is an identity: it says how the factors moved together, not that one caused the others to move."
            ),
        ]
    )


def _period(state: Any, rows: pd.DataFrame) -> str:  # noqa: ANN401  a row of pandas
    ordered = rows.loc[rows["effect_t_co2"].abs().sort_values(ascending=False).index]
    effects = listed(
        tr("{effect} {amount}", effect=name_of(row.effect), amount=mass(row.effect_t_co2, "CO₂", signed=True))
        for row in ordered.itertuples()
    )
    return tr(
        "From {first} to {last} emissions changed by {change}: {effects}.",
        first=state.from_year,
        last=state.to_year,
        change=mass(state.emissions_last_t_co2 - state.emissions_first_t_co2, "CO₂", signed=True),
        effects=effects,
    )


def _decoupling(state: Any) -> list[str]:  # noqa: ANN401  a row of pandas
    if math.isnan(state.elasticity):
        return []
    return [
        tr(
            "Output changed by {output:+.0f} %, emissions by {emissions:+.0f} %: elasticity {elasticity:.2f}, {state} (Tapio).",
            output=100 * state.output_growth,
            emissions=100 * state.emissions_growth,
            elasticity=state.elasticity,
            state=name_of(state.state),
        )
    ]
