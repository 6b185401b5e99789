"""Rows of observed years in tables that simulated years have joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

#: What observed years have in the column of the scenario.
OBSERVED = "observed"


def observed_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the observed years, without the column of the scenario and those that only simulated years have; a table without one is as it was.

    Examples
    --------
    >>> import pandas as pd
    >>> both = pd.DataFrame({"scenario": ["observed", "fast"], "year": [2020, 2030], "among_draws": [None, 1.0]})
    >>> observed_rows(both).to_dict("list")
    {'year': [2020]}
    """
    if "scenario" not in table:
        return table
    observed = table[table["scenario"] == OBSERVED].drop(columns="scenario")
    later = [name for name in observed if observed[name].isna().all() and table[name].notna().any()]
    return observed.drop(columns=later)
