"""What the script of the report says, in the language of the report."""

from __future__ import annotations

from tanheng.language import tr


def screen_words() -> dict[str, str]:
    """Words of the map and the tables on the screen, by the keys that the script knows them by."""
    return {
        "none": tr("nothing"),
        "in_cell": tr("in the cell"),
        "in_block": tr("mean of the cells of the block"),
        "no_data": tr("no data"),
        "outside": tr("outside the region"),
        "place": tr("place"),
        "classes": tr("land classes of the cell, {year}", year="{year}"),
        "comma": tr(", "),
        "all": tr("all"),
        "layer": tr("zone layer"),
        "year": tr("year"),
        "rows": tr("{shown} of {count} rows", shown="{shown}", count="{count}"),
        "sort": tr("sort by {column}", column="{column}"),
    }
