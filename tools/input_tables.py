"""Write docs/input-tables.md and its Chinese page from what the program declares: ``make docs``."""

from __future__ import annotations

from pathlib import Path

from tanheng.language import language, speaking, tr
from tanheng.tables.input_tables import INPUT_TABLES, InputColumn, InputTable

DOCS = Path(__file__).resolve().parents[1] / "docs"

#: Page of each language.
PAGES = {"en": DOCS / "input-tables.md", "zh": DOCS / "input-tables.zh.md"}

_HEAD = {
    "en": """# Input tables

Tables are CSV files in UTF-8 or GB18030, separated by commas, semicolons or tabs, or sheets of Excel files (`data.xlsx#Sheet1`); lines that
begin with `#` before the header say where a table comes from, and so do titles and the unit above the headings and notes below the rows, as
yearbooks print them. Headings are taken in English or Chinese, in any order; other
columns are ignored. For totals, activity, an energy balance, a table of a driver and that of economic output, the study may name headings that
are not known (`columns = { fuel = "material" }`). This page is written from the program's own declarations (`src/tanheng/tables/input_tables.py`).
""",
    "zh": """# 输入表

表格可为 UTF-8 或 GB18030 编码的 CSV（逗号、分号或制表符分隔），或 Excel 工作表（`数据.xlsx#Sheet1`）；表头之前以 `#` 开头的行说明来源；
年鉴中表头上方的表题和单位、表下方的注也作为来源说明。
表头中英文均可，次序不限；其他列忽略。
排放总量、活动数据、能源平衡表、驱动因子表和经济产出表中不认识的表头，可在研究文件中写明（`columns = { fuel = "material" }`）。
本页由程序自身的声明生成（`src/tanheng/tables/input_tables.py`）。
""",
}

#: Heads of the tables of each language.
_COLUMNS = {
    "en": "| Column | Holds | Unit | Chinese headings |",
    "zh": "| 列 | 内容 | 单位 | 中文表头 |",
}


#: What follows columns that may be left out.
_OPTIONAL = {"en": " (optional)", "zh": "（可不写）"}


def page(code: str) -> str:
    """Text of the page in a language."""
    with speaking(code):
        return "\n".join([_HEAD[code], *(_table(table, code) for table in INPUT_TABLES.values())])


def _table(table: InputTable, code: str) -> str:
    lines = [f"## {tr(table.title)}", "", f"`{table.place}`", "", _COLUMNS[code], "|---|---|---|---|"]
    return "\n".join([*lines, *map(_column, table.columns), ""])


def _column(column: InputColumn) -> str:
    meaning = tr(column.meaning)
    holds = meaning if column.required else f"{meaning}{_OPTIONAL[language()]}"
    return f"| `{column.name}` | {holds} | {column.unit} | {'、'.join(column.headings[1:])} |"


if __name__ == "__main__":
    for code, path in PAGES.items():
        path.write_text(page(code), encoding="utf-8")
