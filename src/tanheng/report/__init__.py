"""Maps, workbook and report of a finished run. No science is computed here."""

from tanheng.report.maps import draw_maps
from tanheng.report.page import write_report
from tanheng.report.workbook import write_workbook

__all__ = ["draw_maps", "write_report", "write_workbook"]
