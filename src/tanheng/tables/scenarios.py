"""Rows of observed years in tables that simulated years have joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

#: What observed years have in the column of the scenario.
OBSERVED = "observed"


def observed_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the observed years, without the column of the scenario; a table without one is as it was.

    Examples
    --------
    >>> import pandas as pd
    >>> observed_rows(pd.DataFrame({"scenario": ["observed", "fast"], "year": [2020, 2030]}))["year"].tolist()
    [2020]
    """
    return table[table["scenario"] == OBSERVED].drop(columns="scenario") if "scenario" in table else table
