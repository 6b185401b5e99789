"""The tables of a paper as a Word file: three-line tables with numbered captions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
import pandas as pd
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from tanheng.errors import OutputError
from tanheng.language import tag, text_width, tr
from tanheng.report.word.paper_tables import PaperTable, paper_tables
from tanheng.report.words.titles import run_title

#: Fonts of Chinese journals and theses: 宋体 for Chinese letters, Times New Roman for the others.
_LATIN, _CHINESE = "Times New Roman", "宋体"

#: Thickness of rules in eighths of a point: top and bottom 1.5 pt, below the header 0.75 pt.
_THICK, _THIN = 12, 6

#: Columns that an upright page of A4 holds at 9 pt.
_MOST_UPRIGHT = 10

#: Rows of a table that is kept on one page.
_KEPT_TOGETHER = 25

#: Properties of a cell that Word wants after its borders.
_AFTER_BORDERS = ("w:shd", "w:noWrap", "w:tcMar", "w:textDirection", "w:tcFitText", "w:vAlign", "w:hideMark")

_TEXT, _CELLS = Pt(10.5), Pt(9)


def write_paper_tables(path: Path, tables: Mapping[str, pd.DataFrame], record: Mapping[str, Any]) -> None:
    """Write the tables of a paper in the language that is spoken.

    Parameters
    ----------
    record : mapping
        Of what run.json holds: title, note, made, settings (authors); what is missing is left out.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    paper = paper_tables(tables)
    document = docx.Document()
    _prepare(document, record, upright=all(len(table.header) <= _MOST_UPRIGHT for table in paper))
    for number, table in enumerate(paper, start=1):
        _caption(document, number, table.caption)
        _set_table(document, table)
        for note in table.notes:
            _paragraph(document, tr("Note: {note}", note=note) if note is table.notes[0] else note, _CELLS)
        _paragraph(document, "", _CELLS)
    try:
        document.save(str(path))
    except OSError as error:
        raise OutputError(
            tr("{file}: can't be written ({error}); is it open in Word, or the disk full?", file=path, error=error)
        ) from error


def _prepare(document: Any, record: Mapping[str, Any], *, upright: bool) -> None:  # noqa: ANN401  docx builds its types
    """Page, fonts, title and note."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    if not upright:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Cm(2.2))
    for name in ("Normal", "Caption", "Heading 1"):
        _set_fonts(document.styles[name].element.get_or_add_rPr())
    title = run_title(record)
    _set_properties(document, title, record)
    heading = _paragraph(document, title, Pt(14), bold=True, style="Heading 1")
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if record.get("note"):
        _paragraph(document, tr("Note: {note}", note=record["note"]), _TEXT)


def _set_properties(document: Any, title: str, record: Mapping[str, Any]) -> None:  # noqa: ANN401
    """Say what the file is, who made it and when, in place of what python-docx's template says of itself."""
    properties = document.core_properties
    # Separated as Word separates authors.
    authors = "; ".join(record.get("settings", {}).get("authors", ())) or "tanheng"
    made = datetime.fromisoformat(record["made"]) if "made" in record else datetime.now(UTC)
    properties.title, properties.comments = title, ""
    properties.author = properties.last_modified_by = authors
    properties.created = properties.modified = made.astimezone(UTC)
    properties.language = tag()
    # The template brings a picture of its own first page along.
    links = document.part.package.rels
    for name in [name for name, link in links.items() if link.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del links[name]


def _set_fonts(properties: Any) -> None:  # noqa: ANN401
    """Name the fonts for every script; a theme's font would else win."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for script in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{script}"), None)
    for script, font in (("ascii", _LATIN), ("hAnsi", _LATIN), ("eastAsia", _CHINESE), ("cs", _LATIN)):
        fonts.set(qn(f"w:{script}"), font)


def _run(paragraph: Any, text: str, size: Any, *, bold: bool = False) -> None:  # noqa: ANN401
    run = paragraph.add_run(text)
    run.font.size, run.font.bold = size, bold
    run.font.color.rgb = RGBColor(0, 0, 0)  # styles of the template are blue
    _set_fonts(run._element.get_or_add_rPr())  # noqa: SLF001  python-docx has no East Asian fonts


def _paragraph(document: Any, text: str, size: Any, *, bold: bool = False, style: str | None = None) -> Any:  # noqa: ANN401
    paragraph = document.add_paragraph(style=style)
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
    _run(paragraph, text, size, bold=bold)
    return paragraph


def _caption(document: Any, number: int, caption: str) -> None:  # noqa: ANN401
    """Caption above its table, with a number that Word renews when tables are moved, and a style that its list of tables finds."""
    paragraph = document.add_paragraph(style="Caption")
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(8), Pt(3)
    _run(paragraph, tr("Table") + " ", _TEXT, bold=True)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), f"SEQ {tr('Table')} \\* ARABIC")
    paragraph._p.append(field)  # noqa: SLF001  python-docx has no fields
    _run(paragraph, str(number), _TEXT, bold=True)
    field.append(paragraph._p[-1])  # noqa: SLF001
    _run(paragraph, f"  {caption}", _TEXT, bold=True)


def _set_table(document: Any, table: PaperTable) -> None:  # noqa: ANN401
    heads = 2 if table.groups else 1
    grid = document.add_table(rows=heads + len(table.rows), cols=len(table.header))
    grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    _narrow_margins(grid)
    for column, width in zip(grid.columns, _widths(table, _room(document)), strict=True):
        for cell in (column, *column.cells):
            cell.width = width
    lines = [row.cells for row in grid.rows]
    start = 0
    for title, span in table.groups:
        cell = lines[0][start].merge(lines[0][start + span - 1]) if span > 1 else lines[0][start]
        _fill(cell, title, WD_ALIGN_PARAGRAPH.CENTER, bold=True)
        if title:
            for covered in range(start, start + span):
                _rule(lines[0][covered], bottom=_THIN)
        start += span
    for column, title in enumerate(table.header):
        lines[heads - 1][column].vertical_alignment = WD_ALIGN_VERTICAL.BOTTOM
        _fill(lines[heads - 1][column], title, _side(table, column), bold=True)
    for line, row in zip(lines[heads:], table.rows, strict=True):
        for column, text in enumerate(row):
            _fill(line[column], text, _side(table, column))
    _draw_rules(grid, lines, heads, table.totals)
    if len(table.rows) <= _KEPT_TOGETHER:
        for line in lines if table.notes else lines[:-1]:
            for cell in line:
                cell.paragraphs[0].paragraph_format.keep_with_next = True


def _narrow_margins(grid: Any) -> None:  # noqa: ANN401
    """Leave 0.7 mm at the sides of cells, so that figures with their stars stay on one line."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "40")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    # Word asks for one order of properties: margins of cells stand before the look.
    properties = grid._tbl.tblPr  # noqa: SLF001  python-docx has no margins of cells
    properties.insert_element_before(margins, "w:tblLook", "w:tblCaption", "w:tblDescription")


def _room(document: Any) -> int:  # noqa: ANN401
    """Width between the margins."""
    section = document.sections[-1]
    return int(section.page_width - section.left_margin - section.right_margin)


def _widths(table: PaperTable, room: int) -> list[int]:
    """Widths of columns: words take what their longest needs, up to a third; numbers share the rest."""
    longest = max((text_width(row[0]) for row in table.rows), default=8)
    first = min(int(Pt(4.7 * longest + 10)), room // 3)
    return [first, *([(room - first) // (len(table.header) - 1)] * (len(table.header) - 1))]


def _side(table: PaperTable, column: int) -> Any:  # noqa: ANN401
    return WD_ALIGN_PARAGRAPH.LEFT if column < table.words else WD_ALIGN_PARAGRAPH.RIGHT


def _fill(cell: Any, text: str, side: Any, *, bold: bool = False) -> None:  # noqa: ANN401
    paragraph = cell.paragraphs[0]
    paragraph.alignment = side
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1)
    _run(paragraph, text, _CELLS, bold=bold)


def _draw_rules(grid: Any, lines: list[Any], heads: int, totals: int) -> None:  # noqa: ANN401
    """Three rules, one more above totals; the header stands again on every page, and no row is split."""
    for cell in lines[0]:
        _rule(cell, top=_THICK)
    for cell in lines[heads - 1]:
        _rule(cell, bottom=_THIN)
    for cell in lines[-1]:
        _rule(cell, bottom=_THICK)
    if totals:
        for cell in lines[-totals]:
            _rule(cell, top=_THIN)
    for number, row in enumerate(grid.rows):
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001  python-docx has neither
        properties.append(OxmlElement("w:cantSplit"))
        if number < heads:
            properties.append(OxmlElement("w:tblHeader"))


def _rule(cell: Any, **edges: int) -> None:  # noqa: ANN401
    """Rules at edges of a cell, in eighths of a point."""
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001  python-docx has no borders
    borders = properties.find(qn("w:tcBorders"))
    if borders is None:
        borders = OxmlElement("w:tcBorders")
        properties.insert_element_before(borders, *_AFTER_BORDERS)
    for edge in ("top", "bottom"):
        if edge in edges:
            rule = borders.find(qn(f"w:{edge}"))
            if rule is None:
                rule = OxmlElement(f"w:{edge}")
                borders.insert(0 if edge == "top" else len(borders), rule)
            for name, value in (("val", "single"), ("sz", str(edges[edge])), ("space", "0"), ("color", "000000")):
                rule.set(qn(f"w:{name}"), value)
