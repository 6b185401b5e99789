"""What a statistic of cells from outside is made of: see docs/architecture.md."""

from tanheng.report.style.themes import KindTheme, Theme
from tanheng.schema import Variable
from tanheng.stages.statistics.extension import Extension, register_statistic
from tanheng.stages.statistics.findings import Findings, layer, note, table_rows, together
from tanheng.stages.statistics.statistic import CellStatistic, Subject
from tanheng.tables.columns import Column
from tanheng.tables.titles import ResultTable

__all__ = [
    "CellStatistic",
    "Column",
    "Extension",
    "Findings",
    "KindTheme",
    "ResultTable",
    "Subject",
    "Theme",
    "Variable",
    "layer",
    "note",
    "register_statistic",
    "table_rows",
    "together",
]
