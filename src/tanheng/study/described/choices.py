"""What the choices of a field are called, beside the word that the study file has."""

from __future__ import annotations

from collections.abc import Mapping

from tanheng.language import mark
from tanheng.study.carbon import DensityMap
from tanheng.study.maps import MapPrints
from tanheng.study.parts import Part
from tanheng.study.plan import Plan
from tanheng.study.sections import (
    Analysis,
    BalanceChoice,
    Change,
    Demand,
    Economy,
    EmissionsChoice,
    Flows,
    Population,
    Respiration,
    Value,
)
from tanheng.study.simulate import Simulate

_PER = {"t C": mark("per tonne of carbon"), "t CO2": mark("per tonne of carbon dioxide")}

#: Words of each choice, by the part of the study file and the field.
CHOICES: Mapping[tuple[type[Part], str], Mapping[str, str]] = {
    (Analysis, "correlation"): {
        "pearson": mark("Pearson"),
        "spearman": mark("Spearman, of ranks"),
        "partial": mark("partial, other drivers taken out"),
    },
    (Analysis, "breaks"): {
        "equal": mark("equal intervals"),
        "natural": mark("natural breaks"),
        "quantile": mark("quantiles"),
        "geometric": mark("geometric intervals"),
        "sd": mark("standard deviations"),
    },
    (Analysis, "neighbours"): {"queen": mark("eight neighbours"), "rook": mark("four neighbours")},
    (BalanceChoice, "mode"): {
        "stock": mark("carbon stored"),
        "stock_change": mark("yearly change of the carbon stored"),
        "sink": mark("yearly uptake"),
    },
    (BalanceChoice, "norm"): {
        "year": mark("maxima of each year"),
        "pooled": mark("maxima of all years"),
        "p99": mark("99th percentiles of all years"),
    },
    (Change, "pairs"): {"consecutive": mark("consecutive years and the whole span"), "all": mark("all pairs of years")},
    (Demand, "form"): {
        "mass-conserving": mark("emissions keep their total"),
        "per-person": mark("one constant per person"),
    },
    (Demand, "without_weight"): {"area": mark("spread by area"), "error": mark("stop")},
    (DensityMap, "pool"): {
        "above": mark("above-ground biomass"),
        "below": mark("below-ground biomass"),
        "soil": mark("soil"),
        "dead": mark("dead organic matter"),
    },
    (DensityMap, "quantity"): {"carbon": mark("carbon"), "dry matter": mark("dry matter")},
    (Economy, "kind"): {"total": mark("totals"), "density": mark("per km2")},
    (EmissionsChoice, "account"): {
        "territorial": mark("what is burnt here"),
        "consumption": mark("with electricity and heat bought"),
    },
    (EmissionsChoice, "gwp"): {
        "AR4": mark("IPCC 2007"),
        "AR5": mark("IPCC 2013"),
        "AR6": mark("IPCC 2021"),
    },
    (Flows, "categories"): {
        "forest land": mark("forest land"),
        "cropland": mark("cropland (IPCC)"),
        "grassland": mark("grassland (IPCC)"),
        "wetlands": mark("wetlands"),
        "settlements": mark("settlements"),
        "other land": mark("other land"),
    },
    (MapPrints, "formats"): {"png": "PNG", "svg": "SVG", "pdf": "PDF"},
    (MapPrints, "breaks"): {
        "auto": mark("by the distribution"),
        "tail": mark("head and tail"),
        "quantile": mark("quantiles"),
        "natural": mark("natural breaks"),
    },
    (Plan, "whole_cells"): {"auto": mark("where every cell holds one class")},
    (Plan, "price_per"): _PER,
    (Population, "kind"): {"density": mark("persons per km2"), "count": mark("persons per pixel")},
    (Respiration, "model"): {"pei-2010": mark("Pei et al. 2010")},
    (Simulate, "mode"): {
        "draw": mark("draws by chance"),
        "best": mark("most likely map"),
        "patches": mark("draws in patches"),
    },
    (Simulate, "resolution"): {"map": mark("pixels of the maps"), "cells": mark("shares of the cells")},
    (Simulate, "demand_uncertainty"): {"observed": mark("as observed between periods")},
    (Simulate, "model"): {"logit": mark("logistic regression"), "lightgbm": mark("gradient-boosted trees")},
    (Simulate, "period"): {"last": mark("last period"), "all": mark("whole span")},
    (Value, "price_per"): _PER,
}
