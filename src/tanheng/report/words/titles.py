"""Titles of runs and plans, and of the pictures of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tanheng.language import mark, name_of, tr, worded

TITLES = {
    "by_year": mark("Gain of the plan by year"),
    "compensation": mark("Compensation between zones"),
    "conversion": mark("What the plan converts"),
    "front": mark("What one goal costs the other"),
    "land_use_plan": mark("Land use of the plan"),
    "scenarios": mark("Scenarios against today"),
    "zoning": mark("Zones of management"),
}


def plan_title(name: str) -> str:
    """Title of a picture of a plan."""
    if name in TITLES:
        return tr(TITLES[name])
    if name.startswith("scenario_"):
        return tr(
            "Best land use under the scenario: {name} (no forecast)",
            name=name_of(name.removeprefix("scenario_").replace("_", " ")),
        )
    return name_of(name)


def run_title(record: Mapping[str, Any]) -> str:
    """Title of a run, in the language that is spoken where its study has one in it.

    Parameters
    ----------
    record : mapping
        Of what run.json or plan.json holds: title, as a text or by language.
    """
    return worded(record.get("title", ""))


def compared_title(first: Mapping[str, Any], second: Mapping[str, Any]) -> str:
    """Title of a comparison of two runs: theirs, and their folders where both have one title.

    Parameters
    ----------
    first, second : mapping
        Folder and title of each.
    """
    titles = [run_title(run) or str(run["folder"]) for run in (first, second)]
    if titles[0] == titles[1]:
        return tr("{title}: {first} and {second}", title=titles[0], first=first["folder"], second=second["folder"])
    return tr("{first} and {second}", first=titles[0], second=titles[1])
