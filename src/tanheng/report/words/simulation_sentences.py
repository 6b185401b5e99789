"""Sentences of a simulation, made from its scores by rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from tanheng.language import joined, listed, mark, name_of, tr

Tables = Mapping[str, pd.DataFrame]

#: Figure of merit from which on most change is where it was predicted.
_MOST = 0.5
#: Land that changes, over the change of the classes' areas, up to which hardly any moves both ways.
_ONE_WAY = 1.2

#: Width of an interval of an area, as a share of the land, from which on it says nothing.
_USELESS = 0.3

#: What the models of a validation are, in words.
MODELS = {
    "best": mark("most likely map"),
    "draw": mark("draws by chance"),
    "patches": mark("draws in patches"),
    "no change": mark("no change"),
    "random": mark("random, with the same land demand"),
    "observed": mark("observed"),
}

#: Kinds of cells of the map of hits and misses.
HITS = {
    "stayed": mark("stayed, and simulated so"),
    "hit": mark("hit: change predicted"),
    "miss": mark("miss: change not predicted"),
    "false alarm": mark("false alarm: change that did not come"),
    "wrong hit": mark("change to another class than predicted"),
}


def model_words(model: str) -> str:
    """What a model of a validation is called."""
    return tr(MODELS[model]) if model in MODELS else model


def driver_words(row: Any) -> str:  # noqa: ANN401  a row of the tables of drivers and responses
    """What a driver is called: its own name, or the share or distance of a class that it is."""
    of_a_class = isinstance(row.of_class, str) and row.of_class != ""  # a driver of the user may have any name
    if row.driver == "share" and of_a_class:
        return tr(
            "share of {name} within {side} × {side} cells", name=name_of(row.of_class), side=int(row.window_cells)
        )
    if row.driver == "distance" and of_a_class:
        return tr("distance to {name}, cells", name=name_of(row.of_class))
    return name_of(str(row.driver).replace("_", " "))


def verdict(record: Mapping[str, Any], tables: Tables) -> str:
    """First line of a simulation: whether it predicts change better than models that know nothing."""
    own = _rows(tables, record["settings"]["mode"])
    if own.empty or not own["figure_of_merit"].notna().any():
        return tr("No change was observed that could be predicted, so nothing is known of how well this model does.")
    below, all_sides = list(record["below_null"]), list(own["resolution_cells"])
    if below and len(below) == len(all_sides):
        return tr(
            "This model predicts where land changes no better than random change, at any size of the blocks that "
            "are compared: its maps of change are no "
            "more than one of many possible arrangements."
        )
    if below:
        more = tr(
            "In blocks of {sides} cells on a side this model is no better than random change: do not read its map of change at those sizes.",
            sides=listed(below),
        )
    else:
        more = tr(
            "This model predicts where land changes better than random change at every size of the blocks that are compared."
        )
    return joined([_of_single_cells(own), more])


def _of_single_cells(own: pd.DataFrame) -> str:
    """How much of the change was predicted in its very cell; nothing where that is most of it."""
    rows = own[(own["resolution_cells"] == 1) & (own["figure_of_merit"] < _MOST)]
    if rows.empty:
        return ""
    return tr(
        "Of all land that changed, or was predicted to change, {part:.0f} % was predicted in its very cell: no single cell of the "
        "simulated map is to be relied on.",
        part=100 * float(rows["figure_of_merit"].iloc[0]),
    )


def null_sentence(record: Mapping[str, Any]) -> str:
    """From which size of the blocks on the model errs less than a map on which nothing changes."""
    side = record.get("null_resolution")
    if side is None:
        return tr(
            "At every size it is wrong in more cells than a map on which nothing changes: where little changes, "
            "no change is hard to beat by error alone."
        )
    if side <= 1:
        return tr(
            "At every size it is wrong in fewer cells than a map on which nothing changes (null resolution of one cell)."
        )
    return tr(
        "It is wrong in fewer cells than a map on which nothing changes only in blocks of {side} cells and more (null resolution).",
        side=side,
    )


def held_out(record: Mapping[str, Any]) -> str:
    """What the scores are of."""
    first, last = record["scored_on"]
    if record["held_out"] == "training":
        return tr(
            "These scores are of the very change that the model was learned from ({first} to {last}), as the settings ask. They say how well it "
            "fits, not how well it predicts: such scores are too high.",
            first=first,
            last=last,
        )
    if record["model"] == "given":
        return tr(
            "The scores are of the change from {first} to {last}, placed by the suitability maps that were "
            "given, with as much of each conversion as was "
            "observed. Whether these maps were made without knowing that change, the program can't tell.",
            first=first,
            last=last,
        )
    if record["held_out"] == "blocks":
        return tr(
            "There are two maps only, so the change from {first} to {last} is simulated block by block, by a "
            "model learned on the other blocks, with as "
            "much of each conversion as was observed in each. How well it would predict a later period only a third map can tell.",
            first=first,
            last=last,
        )
    return tr(
        "The scores are of the change from {first} to {last}, predicted by a model learned from "
        "{learned_first} to {learned_last} alone, with as much of "
        "each conversion as was observed: they are of where land changes, not of how much.",
        first=first,
        last=last,
        learned_first=record["scored_from"][0],
        learned_last=record["scored_from"][1],
    )


def merit_sentence(record: Mapping[str, Any], tables: Tables) -> str:
    """Figures of merit at one cell and in large blocks, beside chance."""
    own, chance = _rows(tables, record["settings"]["mode"]), _rows(tables, "random")
    both = own.merge(chance, on="resolution_cells", suffixes=("", "_random")).dropna(subset=["figure_of_merit"])
    if both.empty:
        return ""
    ends = [both.iloc[0], both.iloc[-1]] if len(both) > 1 else [both.iloc[0]]
    parts = [
        tr(
            "{figure:.3f} in blocks of {side} ({random:.3f} by chance)",
            figure=float(row["figure_of_merit"]),
            side=int(row["resolution_cells"]),
            random=float(row["figure_of_merit_random"]),
        )
        for row in ends
    ]
    return tr("Figure of merit (1 would be all change predicted, and nothing else): {parts}.", parts=listed(parts))


def kappa_sentence(record: Mapping[str, Any], tables: Tables) -> str:
    """Kappa, and why it misleads."""
    table = tables["disagreement"].set_index("model")["kappa"]
    mode = record["settings"]["mode"]
    if mode not in table or "no change" not in table:
        return ""
    return tr(
        "Kappa is {own:.3f}, because reviewers ask for it. A map on which nothing changes has {none:.3f}: kappa counts land that stays as it is, "
        "which needs no predicting, and says nothing of change.",
        own=float(table[mode]),
        none=float(table["no change"]),
    )


def model_sentence(record: Mapping[str, Any]) -> str:
    """What the maps are made with."""
    first, last = record["learned_from"]
    if record["model"] == "given":
        return tr("The future land use is simulated with the suitability maps that were given.")
    words = {
        "logit": mark("logistic regression with a response to each driver that is linear between six knots"),
        "lightgbm": mark("gradient-boosted trees (LightGBM) with fixed settings, seed and number of threads"),
    }
    return tr(
        "The future land use is simulated with {model}, learned from the change of {first} to {last}.",
        model=tr(words[str(record["model"])]),
        first=first,
        last=last,
    )


def caution(record: Mapping[str, Any]) -> str:
    """What a simulated map is, and what is not in it."""
    settings = record["settings"]
    demand = {
        "markov": mark("a Markov chain of the observed change, which assumes that change continues as before"),
        "linear": mark("straight lines through the areas observed"),
        "plan": mark("the conversions of the plan"),
    }
    text = tr(demand[settings["demand"]]) if settings["demand"] in demand else tr("the table of demand that was given")
    return tr(
        "How much land changes comes from {demand}; the model says only where. A simulated map is one likely arrangement under these assumptions, no "
        "forecast of any single place.",
        demand=text,
    )


def reconstructed_sentence(record: Mapping[str, Any]) -> str:
    """That maps are reconstructed, where they are."""
    if not record.get("reconstructed"):
        return ""
    return tr(
        "The land-use maps of this study are reconstructed, so these scores say how well the model learns the rule of the reconstruction. They say "
        "nothing about the region."
    )


def sentences(record: Mapping[str, Any], tables: Tables) -> list[str]:
    """What a reader must know, in order; the verdict comes first."""
    paragraph = [
        reconstructed_sentence(record),
        verdict(record, tables),
        held_out(record),
        merit_sentence(record, tables),
        null_sentence(record),
        kappa_sentence(record, tables),
        model_sentence(record),
        caution(record),
        *moves_sentences(tables),
        *demand_sentences(tables),
        *turning_sentences(tables),
    ]
    return [text for text in paragraph if text]


def moves_sentences(tables: Tables) -> list[str]:
    """How much land changes in each scenario, where that is more than the areas of the classes need."""
    table = tables["conversions"]
    lines = []
    for scenario, rows in table.groupby(table.get("scenario", lambda _: ""), sort=False):
        moved = rows[rows["from_class"] != rows["to_class"]]
        lost, won = (moved.groupby(key)["area_km2"].sum() for key in ("from_class", "to_class"))
        gross, net = float(moved["area_km2"].sum()), float(won.sub(lost, fill_value=0.0).clip(lower=0.0).sum())
        if gross <= _ONE_WAY * net or gross == 0:
            continue
        values = {
            "first": f"{rows['from_year'].min():g}",
            "last": f"{rows['to_year'].max():g}",
            "gross": gross,
            "net": net,
            "rest": gross - net,
        }
        text = tr(
            "From {first} to {last}, {gross:,.0f} km² change their class. The areas of the classes change by {net:,.0f} km²; the other "
            "{rest:,.0f} km² change both ways between classes, as the observed land did.",
            **values,
        )
        lines.append(tr("{scenario}: {text}", scenario=name_of(str(scenario)), text=text) if scenario else text)
    return lines


def _km2(area: float) -> str:
    """An area in words: whole numbers, and three digits of small ones.

    Examples
    --------
    >>> _km2(12345.6), _km2(0.4217)
    ('12,346', '0.422')
    """
    return f"{area:,.0f}" if abs(area) >= 100 else f"{area:.3g}"


def demand_sentences(tables: Tables) -> list[str]:
    """How sure the demand of the last year is, by the class whose range is the widest."""
    if "demand_interval" not in tables:
        return []
    table, found = tables["demand_interval"], []
    for scenario, rows in table.groupby(table.get("scenario", lambda _: ""), sort=False):
        last = rows[rows["year"] == rows["year"].max()]
        row = last.loc[(last["high_km2"] - last["low_km2"]).idxmax()]
        if row["high_km2"] <= row["low_km2"]:
            continue
        text = tr(
            "The demand for land is uncertain: in {year}, {name} may cover {low} to {high} km2 (95 %), where maps have {area} km2.",
            name=name_of(row["class"]),
            low=_km2(row["low_km2"]),
            high=_km2(row["high_km2"]),
            area=_km2(row["area_km2"]),
            year=int(row["year"]),
        )
        if row["high_km2"] - row["low_km2"] > _USELESS * last["area_km2"].sum():
            text = joined([text, tr("That is so wide that these areas are not a basis for a decision.")])
        found.append(tr("{scenario}: {text}", scenario=name_of(str(scenario)), text=text) if scenario else text)
    return found


def band_meaning(tables: Tables) -> str:
    """What the bands of the stored carbon hold."""
    uncertainty = tables.get("stock_uncertainty", pd.DataFrame())
    parts = [
        tr(words)
        for name, words in (
            ("half_width_densities_t_c", mark("the densities")),
            ("half_width_demand_t_c", mark("the demand for land")),
            ("half_width_draws_t_c", mark("where change takes place")),
        )
        if name in uncertainty
    ]
    if not parts and "carbon_interval" in tables:
        parts = [tr("the demand for land")]
    if not parts:
        return tr("Their uncertainty is not known.")
    text = tr("Bands are 95 % intervals by the uncertainty of {parts}.", parts=listed(parts))
    if "scenario_difference" not in tables:
        return text
    return joined(
        [
            text,
            tr(
                "The same errors are assumed in all scenarios, so overlapping bands do not mean that scenarios do not differ."
            ),
        ]
    )


def turning_sentences(tables: Tables) -> list[str]:
    """When emissions peak and the flux balance closes in each scenario, by the assumptions of the study."""
    if "paths" not in tables:
        return []
    lines = []
    for scenario, rows in tables["paths"].groupby("scenario", sort=False):
        row, last = rows.iloc[0], int(rows["year"].max())
        peak = _peak(rows, last)
        closing = (
            tr("the land takes up as much as is emitted from {year} on", year=int(row["closing_year"]))
            if pd.notna(row["closing_year"])
            else tr("the flux balance is not closed in {year}", year=last)
        )
        lines.append(
            tr(
                "{scenario}, by these assumptions: {peak}; {closing}.",
                scenario=name_of(scenario),
                peak=peak,
                closing=closing,
            )
        )
    return lines


def _peak(rows: pd.DataFrame, last: int) -> str:
    if pd.notna(rows["peak_year"].iloc[0]):
        return tr("emissions peak in {year}", year=int(rows["peak_year"].iloc[0]))
    if rows["emissions_t_c"].iloc[0] >= rows["emissions_t_c"].max():
        return tr("emissions do not increase after {year}", year=int(rows["year"].min()))
    return tr("emissions have no peak by {year}", year=last)


def _rows(tables: Tables, model: str) -> pd.DataFrame:
    table = tables["validation"]
    return table[table["model"] == model]
