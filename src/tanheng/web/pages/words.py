"""Words that the scripts of the app show, in the language that is spoken."""

from __future__ import annotations

from tanheng.language import mark, tr

_WORDS = {
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
    "dropped": mark("{count} files are being copied …"),
    "edit": mark("Edit"),
    "estimate": mark("Expected: about {time} and {memory} GB of memory, for {cells} cells."),
    "example": mark("Example: {example}"),
    "failed": mark("Failed"),
    "hours": mark("{count} hours"),
    "left_out": mark("not set"),
    "match": mark("Match codes to classes"),
    "minutes": mark("{count} minutes"),
    "name_new": mark("Name of the new entry: letters, digits and underscores."),
    "no": mark("no"),
    "no_data": mark("no data"),
    "no_files": mark("No input files here yet. Drop some, or copy them into the folder of the study."),
    "no_server": mark("The server does not answer. Is tanheng still running?"),
    "old": mark("These results are old:"),
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
