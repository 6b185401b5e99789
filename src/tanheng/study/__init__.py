"""The study file (TOML) as frozen models: what the user asks for."""

from tanheng.study.carbon import CarbonDensity, DensityMap, LandCover, MapErrorChoice
from tanheng.study.model import Study
from tanheng.study.plan import Plan, PlanCarbon, PlanLand, PlanLimit, PlanMask
from tanheng.study.reading import language_of, load_study, parse_study, study_entries
from tanheng.study.sections import (
    Analysis,
    BalanceChoice,
    Decomposition,
    Demand,
    Driver,
    Economy,
    EmissionsChoice,
    Flows,
    GridChoice,
    Maps,
    SectorWeight,
    Value,
    ZoneLayer,
)
from tanheng.study.telling import telling_all

__all__ = [
    "Analysis",
    "BalanceChoice",
    "CarbonDensity",
    "Decomposition",
    "Demand",
    "DensityMap",
    "Driver",
    "Economy",
    "EmissionsChoice",
    "Flows",
    "GridChoice",
    "LandCover",
    "MapErrorChoice",
    "Maps",
    "Plan",
    "PlanCarbon",
    "PlanLand",
    "PlanLimit",
    "PlanMask",
    "SectorWeight",
    "Study",
    "Value",
    "ZoneLayer",
    "language_of",
    "load_study",
    "parse_study",
    "study_entries",
    "telling_all",
]
