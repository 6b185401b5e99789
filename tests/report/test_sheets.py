from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from tanheng.grid import ALBERS_CHINA, Grid, equal_area_crs, transformer
from tanheng.language import speaking
from tanheng.report.cartography.backdrop import Outline, backdrop, frame_bounds, place_names, placed
from tanheng.report.cartography.drawing.cells import Cells
from tanheng.report.cartography.drawing.press import fonts, press
from tanheng.report.cartography.graticule import graticule
from tanheng.report.cartography.legend import Entry, Histogram, Legend, span_of
from tanheng.report.cartography.scale import ScaleBar, bar_length, scale_of
from tanheng.report.cartography.sheet import Desk, Imprint, Picture
from tanheng.report.style.breaks import classes_of
from tanheng.report.style.lettering import text_width, wrapped
from tanheng.report.style.palettes import graded_colours
from tanheng.report.style.themes import class_labels

BREAKS = [-600.0, -71.0, -33.0, -13.0, 0.0, 60.0, 64.0, 66.0, 150.0]
NOTE = "土地利用为重建数据，不是观测结果，不能用来解读局部情况。" * 5 + " A note in English that goes on for long."
SHAPES = {"flat": (20, 400), "tall": (400, 20), "one cell": (1, 1), "square": (40, 50)}


@pytest.fixture(autouse=True)
def _fonts() -> Iterator[None]:
    with fonts():
        yield


def _desk(rows: int, columns: int) -> Desk:
    grid = Grid(ALBERS_CHINA.to_wkt(), 700_000.0, 3_900_000.0, 1000.0, rows, columns)
    west, south, east, north = grid.bounds
    sides = np.linspace(west, east, 5)
    zones = [shapely.box(left, south, right, north) for left, right in pairwise(sides)]
    names = ["很长很长的自治县名称", "乙县", "A very long name of a county", "丁"]
    return Desk(
        backdrop(grid, {"a": Outline(zones, ALBERS_CHINA, names)}, "a"), Imprint(NOTE, "审图号：GS(2024)0000号"), 100
    )


def _graded(shape: tuple[int, int], years: int) -> Picture:
    values = np.random.default_rng(1).normal(30, 60, shape)
    colours = tuple(graded_colours("RdYlBu", BREAKS, diverging=True))
    entries = tuple(Entry(colour, label) for colour, label in zip(colours, class_labels(BREAKS), strict=True))
    legend = Legend("吨碳每公顷（一个很长的图例标题，需要换行才放得下）", entries[::-1])
    layer = classes_of(values, BREAKS)
    layers = tuple((str(2000 + year) if years > 1 else "", layer) for year in range(years))
    span = span_of(values.ravel(), diverging=True)
    title = "碳平衡：碳储量减去一年碳排放，" * 5 + "2015"
    return Picture("graded", title, layers, colours, legend, Histogram(values.ravel(), BREAKS, colours, span))


def _kinds(shape: tuple[int, int], years: int, number: int = 14) -> Picture:
    names = [
        f"很长很长的土地利用类别名称第{n}类（含说明）" if n % 2 else f"Evergreen needleleaved forest, class {n}"
        for n in range(number)
    ]
    colours = tuple(graded_colours("YlGn", range(number + 1), diverging=False))
    entries = tuple(Entry(colour, name, "12.5 %") for colour, name in zip(colours, names, strict=True))
    layer = np.zeros(shape, np.int16)
    layers = tuple((str(2000 + year) if years > 1 else "", layer) for year in range(years))
    return Picture(
        "kinds", "Land use", layers, colours, Legend("栅格内面积最大的地类", entries, "figures: part of the area")
    )


def _corners(text: Text) -> shapely.Polygon:
    """Room of a text, in pixels."""
    return shapely.box(*text.get_window_extent().extents)


@pytest.mark.parametrize("years", [1, 2, 3, 5, 12])
@pytest.mark.parametrize("make", [_graded, _kinds])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_no_text_is_cut_or_covers_another(shape: tuple[int, int], make: object, years: int) -> None:
    figure = _desk(*shape).sheet(make(shape, years))
    FigureCanvasAgg(figure).draw()
    paper = shapely.box(0, 0, *(figure.get_size_inches() * figure.dpi))
    texts = [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]
    boxes = [(_corners(text), text.get_text()) for text in texts]
    assert len(boxes) > 12
    for box, words in boxes:
        assert paper.contains(box), words
    for (one, words), (other, others) in combinations(boxes, 2):
        assert shapely.area(shapely.intersection(one, other)) < 1.0, (words, others)


@pytest.mark.parametrize("years", [1, 3, 5, 12])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_maps_keep_their_proportions_and_no_frame_covers_another(shape: tuple[int, int], years: int) -> None:
    desk = _desk(*shape)
    figure = desk.sheet(_kinds(shape, years))
    boxes = [shapely.box(*cells.window.box.extents) for cells in figure.findobj(Cells)]
    assert len(boxes) == years
    for box in boxes:
        west, south, east, north = box.bounds
        assert (east - west) / (north - south) == pytest.approx(desk.backdrop.aspect, rel=1e-6)
    assert all(shapely.area(shapely.intersection(one, other)) == 0 for one, other in combinations(boxes, 2))


def test_a_sheet_with_a_title_alone_has_no_empty_foot() -> None:
    desk = _desk(40, 50)
    bare = Desk(desk.backdrop).sheet(_kinds((40, 50), 1))
    assert bare.get_size_inches()[1] < desk.sheet(_kinds((40, 50), 1)).get_size_inches()[1]


def test_the_approval_number_is_printed_where_it_is_set() -> None:
    figure = _desk(40, 50).sheet(_kinds((40, 50), 1))
    assert "审图号：GS(2024)0000号" in {text.get_text() for text in figure.findobj(Text)}
    bare = Desk(_desk(40, 50).backdrop).sheet(_kinds((40, 50), 1))
    assert not any("审图号" in text.get_text() for text in bare.findobj(Text))


@pytest.mark.parametrize(
    ("crs", "longitude", "latitude"),
    [(ALBERS_CHINA, 113.0, 34.0), (ALBERS_CHINA, 125.0, 48.0), (equal_area_crs((5, 45, 11, 48)), 8.0, 46.5), (pyproj.CRS(6933), 20.0, 62.0)],
)  # fmt: skip
def test_the_scale_bar_is_as_long_as_the_ground(crs: pyproj.CRS, longitude: float, latitude: float) -> None:
    x, y = transformer(pyproj.CRS(4326), crs).transform(longitude, latitude)
    bounds = (x - 150_000, y - 120_000, x + 150_000, y + 120_000)
    inches = 5.0 / 300_000
    bar = ScaleBar(scale_of(crs, bounds), inches)
    half = bar.length / inches / 2
    ends = transformer(crs, pyproj.CRS(4326)).transform([x - half, x + half], [y, y])
    _, _, ground = pyproj.Geod(ellps="WGS84").inv(ends[0][0], ends[1][0], ends[0][1], ends[1][1])
    assert ground == pytest.approx(bar.ground, rel=1e-3)
    assert 0.4 < bar.length < bar.width


def test_a_bar_that_holds_only_in_the_middle_says_so() -> None:
    crs = pyproj.CRS(6933)
    assert not scale_of(crs, (0.0, 5_000_000.0, 2_000_000.0, 7_000_000.0)).even
    assert scale_of(ALBERS_CHINA, (500_000.0, 3_400_000.0, 1_000_000.0, 3_900_000.0)).even


def test_north_is_where_the_meridian_goes() -> None:
    # East of the middle meridian of 105 degrees, an Albers map turns north to the left.
    x, y = scale_of(ALBERS_CHINA, (700_000.0, 3_500_000.0, 800_000.0, 3_600_000.0)).north
    assert x < 0 < y
    assert np.hypot(x, y) == pytest.approx(1.0)


def test_bars_are_round() -> None:
    assert [bar_length(value) for value in (1.0, 1.99, 4.9, 7_000.0)] == [1.0, 1.0, 2.0, 5000.0]


def test_names_lie_in_their_zones_and_never_meet() -> None:
    random = np.random.default_rng(3)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(random.uniform(0, 1e5, (80, 2)))))
    zones = [shapely.intersection(cell, shapely.box(0, 0, 1e5, 1e5)) for cell in cells]
    names = place_names(zones, [f"第{n}县" for n in range(80)])
    shown = placed(names, (0.0, 0.0, 1e5, 1e5), 4.0)
    assert 20 < len(shown) <= 80
    assert not any(one.meets(other) for one, other in combinations(shown, 2))
    for item in shown:
        zone = zones[int(item.name[1:-1])]
        assert shapely.contains_xy(zone, item.x / 4.0 * 1e5, item.y / 4.0 * 1e5)
        assert item.width / 2 <= item.x <= 4.0 - item.width / 2


def test_the_largest_zone_is_named_first() -> None:
    zones = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 9, 8)]
    assert [item.name for item in place_names(zones, ["small", "large"])] == ["large", "small"]
    assert place_names(zones, []) == []


def test_a_map_of_one_value_has_a_histogram_of_one_bar() -> None:
    values = np.array([71.4, 71.4 * (1 + 1e-15)])
    edges, counts = Histogram(values, [71.4, 142.8], ("#000000",), span_of(values, diverging=False)).bars()
    assert counts.max() == counts.sum() == 2
    assert (np.diff(edges) > 0).all()


def test_a_zone_that_reaches_out_of_the_frame_is_named_within_it() -> None:
    grid = Grid(ALBERS_CHINA.to_wkt(), 700_000.0, 3_900_000.0, 1000.0, 40, 50)
    west, south, east, north = grid.bounds
    zone = shapely.box(west - 1e6, south - 1e6, (west + east) / 2, north + 1e6)
    found = backdrop(grid, {"a": Outline([zone], ALBERS_CHINA, ["甲"])}, "a")
    assert [item.name for item in placed(found.names, found.bounds, 4.0)] == ["甲"]


def test_a_frame_holds_its_region() -> None:
    for bounds in ((0.0, 0.0, 400.0, 20.0), (0.0, 0.0, 20.0, 400.0), (5.0, 5.0, 6.0, 6.0)):
        assert shapely.box(*frame_bounds(bounds)).contains(shapely.box(*bounds))


def test_meridians_meet_the_frame_at_their_degree() -> None:
    bounds = (500_000.0, 3_400_000.0, 1_000_000.0, 3_900_000.0)
    found = graticule(ALBERS_CHINA, bounds)
    there = transformer(ALBERS_CHINA, pyproj.CRS(4326))
    for x, name in found.below:
        assert there.transform(x, bounds[1])[0] == pytest.approx(float(name.removesuffix("°E")), abs=1e-3)
    for y, name in found.left:
        assert there.transform(bounds[0], y)[1] == pytest.approx(float(name.removesuffix("°N")), abs=1e-3)
    assert len(found.below) >= 3
    assert len(found.left) >= 3


def test_a_graticule_crosses_the_date_line() -> None:
    crs = equal_area_crs((176, -20, 184, -15))
    names = [name for _, name in graticule(crs, (-300_000.0, -300_000.0, 300_000.0, 300_000.0)).below]
    assert "179°E" in names
    assert "179°W" in names


@pytest.mark.parametrize(
    "text",
    [
        "碳平衡：碳储量减去一年碳排放（重建数据），不是观测结果。",
        "Words of English that go on",
        "Longwordwithoutanyspaceatallinit",
    ],
)
def test_lines_are_no_wider_than_asked_and_lose_nothing(text: str) -> None:
    lines = wrapped(text, 0.9, 8.0)
    assert all(text_width(line, 8.0) <= 0.9 + 0.12 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not any(line.startswith(("，", "。", "）")) for line in lines)


def test_every_format_is_written_with_letters_that_show_anywhere(tmp_path: Path) -> None:
    with speaking("zh"), press(tmp_path, ("png", "svg", "pdf")) as printer:
        printer.write(_desk(20, 30).sheet(_graded((20, 30), 1)), "a")
    svg = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "<text" not in svg
    assert svg.count("<image") == 1
    pdf = (tmp_path / "a.pdf").read_bytes()
    assert b"/FontFile2" in pdf
    assert b"NotoSansSC" in pdf
    assert (tmp_path / "a.png").stat().st_size > 10_000


def test_the_same_map_gives_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        with press(tmp_path / name, ("png", "svg", "pdf")) as printer:
            printer.write(_desk(20, 30).sheet(_graded((20, 30), 1)), "map")
    for ending in ("png", "svg", "pdf"):
        assert (tmp_path / "a" / f"map.{ending}").read_bytes() == (tmp_path / "b" / f"map.{ending}").read_bytes()


@pytest.mark.parametrize("rare", [np.array([-5000.0, 9000.0]), np.array([-3.0])])
@pytest.mark.parametrize("middle", [30.0, 500.0, -500.0])
def test_a_histogram_counts_every_cell_and_parts_at_zero(middle: float, rare: np.ndarray) -> None:
    values = np.concatenate([np.random.default_rng(2).normal(middle, 60, 1000), rare])
    edges, counts = Histogram(values, BREAKS, ("#000000",) * 8, span_of(values, diverging=True)).bars()
    assert counts.sum() == values.size
    assert np.abs(edges).min() < 1e-9
    assert counts[edges[:-1] >= -1e-9].sum() == (values >= 0).sum()
