"""Results of a run: dataset, tables, checks and notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from tanheng.language import language as spoken_language
from tanheng.language import speaking
from tanheng.report.page.notebook import notebook_page
from tanheng.report.words.key_figures import borrowed_years, key_figures
from tanheng.stages.found import SelfCheck
from tanheng.study import Study


@dataclass(frozen=True)
class Results:
    """Results of a run.

    Attributes
    ----------
    study : Study
    folder : Path
        Where the results are written.
    dataset : xarray.Dataset
        Variables by cell; see `tanheng.schema`. Each layer is read from the folder when it is asked for.
    tables : mapping of str to pandas.DataFrame
    checks : tuple of SelfCheck
    warnings : tuple of str
    record : mapping
        What stands in run.json.
    """

    study: Study
    folder: Path
    dataset: xr.Dataset
    tables: Mapping[str, pd.DataFrame]
    checks: tuple[SelfCheck, ...]
    warnings: tuple[str, ...]
    record: Mapping[str, Any]

    @property
    def report(self) -> Path:
        """The page to look at first."""
        return self.folder / "report.html"

    def _repr_html_(self) -> str:
        """Main figures and a map, for notebooks."""
        year = max(self.study.years)
        maps = (self.folder / "maps" / f"{name}_{year}.png" for name in ("balance", "supply", "land_use"))
        picture = next((path for path in maps if path.is_file()), None)
        with speaking(self.record.get("language") or spoken_language()):
            figures = key_figures(self.tables, borrowed_years(self.record))
            return notebook_page(self.study.told_title, figures, picture, self.report)
