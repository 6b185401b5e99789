"""Words that the scripts of the app show, in the language that is spoken."""

from __future__ import annotations

from tanheng.language import mark, tr

_WORDS = {
    "add_scenario": mark("Add a scenario"),
    "areas_mean": mark("A class moves only in the direction in which its land was seen to change."),
    "areas_in": mark("Area of each class in {year}, as a share of today's"),
    "draws": mark("Maps drawn"),
    "growth": mark("Growth per year"),
    "growth_means": mark(
        "Emissions grow with population, income per person, energy per income and carbon per energy (Kaya)."
    ),
    "net_change": mark("Net change of land"),
    "rate_carbon_intensity": mark("Carbon per energy"),
    "rate_energy_intensity": mark("Energy per income"),
    "rate_income": mark("Income per person"),
    "rate_population": mark("Population"),
    "rest": mark("Takes what is left"),
    "scenario_name": mark("Scenario {number}"),
    "settled_change": mark("Stored carbon of settled land, against today"),
    "was_not_seen_to_change": mark(
        "{class}: no change of it was observed, so that nothing says where it would change."
    ),
    "too_much_land": mark("The other classes ask for more land than there is: nothing is left for {class}."),
    "add": mark("Add"),
    "added": mark("Added to the study."),
    "all_fields": mark("Show all settings"),
    "apply": mark("Use it"),
    "as_text": mark("as TOML"),
    "cells": mark("cells"),
    "checked": mark("No problems. The study can be run."),
    "checking": mark("Looking at the inputs …"),
    "class": mark("Land class"),
    "code": mark("Code"),
    "choose": mark("choose …"),
    "done": mark("Done."),
    "dropped": mark("Copying {count} file(s) …"),
    "edit": mark("Edit"),
    "estimate": mark("Expected: about {time} and {memory} GB of memory, for {cells} cells."),
    "example": mark("Example: {example}"),
    "failed": mark("Failed"),
    "at_least": mark("At least"),
    "at_most": mark("At most"),
    "budget": mark("Budget"),
    "demand_weight": mark("Weight of demand"),
    "max_change": mark("Largest change of a cell"),
    "name": mark("Name"),
    "by_hand_gain": mark("Stored carbon gained"),
    "by_hand_weighed_proof": mark(
        "What is made largest is the weighted sum. No plan within these limits has one higher by more than {share}. Worked out in {seconds} s."
    ),
    "value_gained": mark("Gain of '{name}'"),
    "carbon": mark("Carbon"),
    "weights": mark("Weights"),
    "weights_mean": mark(
        "What a tonne of carbon, a unit of each value and a unit of cost count for; zero leaves it out."
    ),
    "by_hand_proof": mark("No plan within these limits is better by more than {gap}. Worked out in {seconds} s."),
    "converted": mark("Land converted"),
    "cost": mark("Cost"),
    "is_fixed": mark("stays as it is (fixed)"),
    "keep_name": mark("Plan {number}"),
    "km2": mark("km²"),
    "no_interval": mark("no interval: no uncertainty of the densities is given"),
    "no_plans": mark("None kept yet."),
    "show": mark("Show"),
    "solving": mark("Working it out …"),
    "today": mark("today"),
    "after": mark("after the plan"),
    "written": mark("Written to the study file."),
    "write": mark("Write to the study"),
    "hours": mark("{count} hours"),
    "left_out": mark("not set"),
    "make_study": mark("Make a study of it"),
    "match": mark("Match codes to classes"),
    "minutes": mark("{count} minutes"),
    "name_new": mark("Name of the new entry: letters, digits and underscores."),
    "no": mark("no"),
    "no_data": mark("no data"),
    "no_files": mark("No input files here yet. Drop some, or copy them into the folder of the study."),
    "no_server": mark("The server does not answer. Is tanheng still running?"),
    "old": mark("These results are out of date:"),
    "problems": mark("Problems"),
    "queued": mark("Waiting for another job"),
    "remove": mark("Remove"),
    "results_of": mark("Results of {when}"),
    "running": mark("Running"),
    "save": mark("Save"),
    "saved": mark("Saved."),
    "seconds": mark("{count} seconds"),
    "seconds_left": mark("about {time} left"),
    "share": mark("Share"),
    "starting": mark("Starting …"),
    "stopped": mark("Stopped"),
    "successful": mark("Finished"),
    "unit": mark("Unit: {unit}"),
    "warnings": mark("Warnings"),
    "year": mark("Year"),
    "years_first": mark("Name the years of the study first."),
    "yes": mark("yes"),
}


def page_words() -> dict[str, str]:
    """Words by their keys; values in braces are filled in by the script."""
    return {key: str(tr(template)) for key, template in _WORDS.items()}
