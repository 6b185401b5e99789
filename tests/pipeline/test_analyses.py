"""[analysis] in a study: what it writes, that figures agree with the functions, and what it says of bad maps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.ndimage import gaussian_filter

from conftest import CARBON_AND_PEOPLE, write_map
from tanheng.analysis import dissimilarity, gini, modified_t_test, pearson, spearman
from tanheng.errors import StudyError
from tanheng.pipeline.reporter import Reporter
from tanheng.pipeline.results import Results
from tanheng.pipeline.run import run_study
from tanheng.report.words.key_figures import key_figures
from tanheng.report.words.mismatch import detector_sentences, mismatch_paragraph
from tanheng.study import load_study
from tanheng.tables.columns import column_title

SIZE = 24


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of 24 x 24 cells with smooth maps, a coarse driver, and two years."""
    folder = tmp_path_factory.mktemp("analysed")
    rng = np.random.default_rng(1)
    field = gaussian_filter(rng.normal(size=(SIZE, SIZE)), 3)
    codes = np.digitize(field, np.quantile(field, [0.5, 0.8])) + 1
    write_map(folder / "a.tif", codes)
    later = codes.copy()
    later[3:9, 3:9] = 5
    write_map(folder / "b.tif", later)
    people = 50 + 2000 * np.exp(-np.hypot(*np.mgrid[-12:12, -12:12]) / 4)
    write_map(folder / "people.tif", people, dtype="float32", nodata=-1)
    write_map(folder / "height.tif", 100 + 90 * field / np.abs(field).max(), dtype="float32", nodata=-1)
    write_map(folder / "rain.tif", rng.normal(800, 50, (6, 6)), pixel=4000.0, dtype="float32", nodata=-1)
    (folder / "totals.csv").write_text("year,emissions,unit\n2000,100000,t CO2\n2010,300000,t CO2\n", encoding="utf-8")
    (folder / "study.toml").write_text(
        """
title = "Analysed"
years = [2000, 2010]
[land_cover]
legend = "six-classes"
maps = { 2000 = "a.tif", 2010 = "b.tif" }
"""
        + CARBON_AND_PEOPLE
        + """[drivers.height]
map = "height.tif"
[drivers.rain]
map = "rain.tif"
[analysis]
correlation = ["pearson", "spearman", "partial"]
geodetector = true
classes = [2, 5]
random_maps = 39
permutations = 999
""",
        encoding="utf-8",
    )
    return folder / "study.toml"


class Watcher(Reporter):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int]] = []

    def steps(self, done: int, total: int) -> None:
        self.told.append((done, total))


@pytest.fixture(scope="module")
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture(scope="module")
def results(study: Path, watcher: Watcher) -> Results:
    return run_study(study, watcher)


def _pair(results: Results, variable: str, driver: str, year: int) -> tuple[np.ndarray, np.ndarray]:
    data = results.dataset
    name = {"supply": "carbon_stock"}.get(variable, variable)
    other = "population" if driver == "population_density" else f"driver_{driver}"
    layers = [item.sel(year=year) if "year" in item.dims else item for item in (data[name], data[other])]
    return np.asarray(layers[0].values, float), np.asarray(layers[1].values, float)


def test_correlations_are_those_of_the_functions(results: Results) -> None:
    table = results.tables["correlation"].set_index(["year", "method", "variable", "driver"])
    x, y = _pair(results, "supply", "height", 2000)
    row = table.loc[(2000, "pearson", "supply", "height")]
    test = modified_t_test(x, y)
    assert (row.r, row.p, row.effective_n) == pytest.approx((test.r, test.p, test.effective_size))
    assert row.p_naive < row.p
    assert table.loc[(2010, "spearman", "demand", "height")].r == pytest.approx(
        spearman(*(item.ravel() for item in _pair(results, "demand", "height", 2010)))[0]
    )


def test_a_coarse_driver_is_tested_on_its_own_pixels(results: Results) -> None:
    table = results.tables["correlation"].set_index(["year", "method", "variable", "driver"])
    row = table.loc[(2000, "pearson", "supply", "rain")]
    assert (row.support_km, row.n, row.n_support) == (4.0, SIZE * SIZE, 36)
    x, y = _pair(results, "supply", "rain", 2000)
    blocks = [item.reshape(6, 4, 6, 4).mean(axis=(1, 3)) for item in (x, y)]
    assert row.r_support == pytest.approx(pearson(*(item.ravel() for item in blocks))[0])
    assert row.p == pytest.approx(modified_t_test(*blocks).p)


def test_partial_correlation_names_its_controls(results: Results) -> None:
    table = results.tables["correlation"].set_index(["year", "method", "variable", "driver"])
    assert table.loc[(2000, "partial", "supply", "height")].controls == "rain population_density"
    # Demand is population here, so population is no control of it.
    assert table.loc[(2000, "partial", "demand", "height")].controls == "rain"


def test_mismatch_adds_up(results: Results) -> None:
    table = results.tables["mismatch"]
    sums = table.groupby("year")[["area_share", "supply_share", "demand_share"]].sum()
    assert sums.to_numpy() == pytest.approx(np.ones((2, 3)))
    data = results.dataset.sel(year=2010)
    for name, function in (("gini", gini), ("dissimilarity", dissimilarity)):
        found = results.tables["mismatch_indices"].set_index("year").loc[2010, name]
        assert found == pytest.approx(function(data["carbon_stock"].values.ravel(), data["demand"].values.ravel()))
    levels = results.tables["coupling_coordination"].groupby("year")["cells"].agg(["size", "sum"])
    assert levels.to_numpy().tolist() == [[10, SIZE * SIZE]] * 2


def test_clusters_and_spots_stand_in_tables_and_grids(results: Results) -> None:
    data = results.dataset
    for name, table, label in (
        ("supply_demand_cluster", "supply_demand_clusters", 2010),
        ("balance_hot_spot", "balance_hot_spots", "2000-2010"),
    ):
        dim = "year" if name == "supply_demand_cluster" else "period"
        values = data[name].sel({dim: label}).values
        rows = results.tables[table][results.tables[table][dim] == label]
        assert rows["cells"].tolist() == [int((values == kind).sum()) for kind in range(len(rows))]
        assert (results.folder / "grids" / f"{name}_{label}.tif").exists()
        assert (results.folder / "maps" / f"{name}_{label}.png").exists()
    # Built-up land took the place of other land at rows and columns 3 to 8.
    spots = data["balance_hot_spot"].sel(period="2000-2010").values
    assert (spots[4:8, 4:8] == 2).sum() >= 4
    assert not (spots[:, 16:] == 2).any()


def test_hot_spots_are_told_against_the_mean(results: Results) -> None:
    """Emissions tripled, so the balance fell nearly everywhere, also where it is better than the mean change."""
    table = results.tables["balance_hot_spots"].set_index("kind")
    better = table.loc["better than the mean change"]
    assert better.cells > 0
    assert better.area_share_of_it_that_fell > 0.9
    assert "improved" not in " ".join(table.index)


def test_the_detector_finds_what_makes_supply(results: Results) -> None:
    table = results.tables["geodetector"]
    supply = table[(table["variable"] == "supply") & (table["year"] == 2000)].set_index("driver")
    assert supply["q"].idxmax() == "height"
    assert supply.loc["height", "q"] > 0.8
    assert supply.loc["height", "p"] == pytest.approx(1 / 40)
    assert supply.loc["rain", "p_if_independent"] < 1
    pairs = results.tables["geodetector_interaction"]
    assert (pairs["q_both"] >= pairs[["q_1", "q_2"]].max(axis=1) - 1e-12).all()
    strata = results.tables["geodetector_strata"]
    assert strata.groupby(["year", "variable", "driver"])["cells"].sum().eq(SIZE * SIZE).all()


def test_progress_is_told_to_the_end(results: Results, watcher: Watcher) -> None:
    assert results.tables
    ends = [(done, total) for done, total in watcher.told if done == total]
    assert len(ends) == 2
    assert all(done <= total for done, total in watcher.told)


def test_the_report_says_it_in_words(results: Results) -> None:
    page = (results.folder / "report.html").read_text(encoding="utf-8")
    paragraph = mismatch_paragraph(results.tables)
    low_high = results.tables["mismatch"].set_index(["year", "quadrant"]).loc[(2010, "LH")]
    assert f"carries {100 * low_high.demand_share:.3g} % of the demand" in paragraph
    for sentence in (paragraph.split(". ")[0], detector_sentences(results.tables)[0].split(" (q")[0]):
        assert sentence.split("'")[0] in page
    for claim in ("because", "caused by", "leads to", "carbon neutral"):
        assert claim not in paragraph


def test_a_notebook_shows_the_main_figures_a_map_and_the_way_to_the_report(results: Results) -> None:
    page = results._repr_html_()
    assert results.report.is_file()
    assert results.report.resolve().as_uri() in page
    assert "data:image/png;base64," in page
    for figure in key_figures(results.tables):
        assert figure.value in page


def test_words_follow_the_figures(results: Results) -> None:
    tables = dict(results.tables)
    rows = tables["autocorrelation"].copy()
    chosen = (rows["year"] == 2010) & (rows["statistic"] == "bivariate Moran I")
    rows.loc[chosen, ["value", "p_unrelated_maps"]] = [-0.4, 0.4]
    tables["autocorrelation"] = rows
    assert "Supply is low where the demand around is high" in mismatch_paragraph(tables)
    assert "no more than unrelated maps" in mismatch_paragraph(tables)
    rows.loc[chosen, ["value", "p_unrelated_maps"]] = [0.4, 0.0001]
    assert "Supply is high where the demand around is high" in mismatch_paragraph(tables)
    assert "p < 0.001" in mismatch_paragraph(tables)
    rows.loc[chosen, "p_unrelated_maps"] = np.nan
    assert "cannot be determined here" in mismatch_paragraph(tables)
    detected = tables["geodetector"].copy()
    detected["p"] = 0.3
    assert "no larger than the same search finds" in detector_sentences(tables | {"geodetector": detected})[0]


def test_nothing_that_is_not_asked_for(study: Path, tmp_path: Path) -> None:
    path = study.parent / "less.toml"
    text = study.read_text(encoding="utf-8").split("[analysis]")[0]
    path.write_text(
        text + "[analysis]\ncorrelation = []\nmismatch = false\nautocorrelation = false\nhot_spots = false\n"
        '[outputs]\nfolder = "less"\nmaps = false\nreport = false\n',
        encoding="utf-8",
    )
    results = run_study(path, output=tmp_path / "less")
    assert not {"correlation", "geodetector", "mismatch", "autocorrelation", "balance_hot_spots"} & set(results.tables)
    assert "mismatch_quadrant" not in results.dataset


def test_flat_maps_are_left_out_with_a_word(study: Path, tmp_path: Path) -> None:
    folder = study.parent
    write_map(folder / "flat.tif", np.full((SIZE, SIZE), 2))
    write_map(folder / "flat_people.tif", np.full((SIZE, SIZE), 70.0), dtype="float32", nodata=-1)
    text = study.read_text(encoding="utf-8").replace("a.tif", "flat.tif").replace("b.tif", "flat.tif")
    path = folder / "flat.toml"
    path.write_text(text.replace("people.tif", "flat_people.tif"), encoding="utf-8")
    results = run_study(path, output=tmp_path / "flat")
    assert results.tables["correlation"]["r"].isna().all()
    said = " ".join(results.warnings)
    for word in (
        "autocorrelation of 2000, 2010 is left out",
        "coupling coordination is left out",
        "driver population_density",
    ):
        assert word in said
    assert results.tables["mismatch_indices"]["gini"].tolist() == pytest.approx([0.0, 0.0], abs=1e-12)


def test_a_flux_balance_with_losses_has_no_gini(study: Path, tmp_path: Path) -> None:
    path = study.parent / "flux.toml"
    path.write_text(study.read_text(encoding="utf-8") + '[balance]\nmode = "stock_change"\n', encoding="utf-8")
    results = run_study(path, output=tmp_path / "flux")
    assert any("supply is negative" in text for text in results.warnings)
    assert np.isnan(results.tables["mismatch_indices"]["gini"]).all()
    assert "supply_t_c_per_yr" in results.tables["mismatch"]
    # Cells of the clusters have the unit of the mode, and a supply that may be lost is called no gain.
    clusters = results.tables["supply_demand_clusters"]
    assert {"mean_supply_t_c_per_yr", "mean_demand_t_c_per_yr"} <= set(clusters)
    assert "mean_supply_t_c" not in clusters
    assert column_title("mean_supply_t_c_per_yr") == "mean supply of a whole cell, t C/yr"
    assert column_title("supply_t_c_per_yr") == "supply: yearly change or uptake of carbon, t C/yr"
    assert isinstance(results.dataset["mismatch_quadrant"], xr.DataArray)


def test_wrong_settings_are_named(study: Path) -> None:
    path = study.parent / "wrong.toml"
    text = study.read_text(encoding="utf-8").replace("classes = [2, 5]", 'classes = [6, 5]\ncontrols = ["hight"]')
    path.write_text(text.replace("geodetector = true", "geodetectr = true"), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        load_study(path)
    message = str(caught.value)
    assert "'analysis.geodetectr' is not a key of [analysis]; did you mean 'geodetector'?" in message
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=r"write the fewest and the most, as \[3, 8\]"):
        load_study(path)
    path.write_text(text.replace("[6, 5]", "[2, 5]"), encoding="utf-8")
    with pytest.raises(StudyError, match="there is no driver 'hight'; did you mean 'height'"):
        load_study(path)


def test_the_table_reads_back_the_same(results: Results) -> None:
    read = pd.read_csv(results.folder / "tables" / "correlation.csv")
    assert read["p"].to_numpy() == pytest.approx(results.tables["correlation"]["p"].to_numpy(), nan_ok=True)


def smooth(seed: int, size: int = 60) -> np.ndarray:
    """Map of values from zero up that change over about a dozen cells."""
    from scipy.ndimage import gaussian_filter

    field = gaussian_filter(np.random.default_rng(seed).standard_normal((size, size)), 6, mode="wrap")
    return 1.0 + 10.0 * (field - field.min()) / np.ptp(field)


def cluster_row(supply: np.ndarray, demand: np.ndarray) -> dict[str, float]:
    from tanheng.analysis import bivariate_local_moran, grid_neighbours
    from tanheng.analysis.cluster_chance import share_by_chance

    mask = np.ones(supply.shape, bool)
    local = bivariate_local_moran(supply[mask], demand[mask], grid_neighbours(mask), 999, 1)
    return {"marked": float((local.kind > 0).mean())} | share_by_chance(mask, supply[mask], local)[2]


def test_clusters_of_unrelated_smooth_maps_are_no_more_than_chance() -> None:
    """Random layouts of the neighbours mark a third of the cells and more of two unrelated smooth maps; so many pairs of them are
    called related as the level of the test allows: 5 % of 60, give or take two standard deviations."""
    rows = [cluster_row(smooth(seed), smooth(1000 + seed)) for seed in range(60)]
    assert np.mean([row["marked"] for row in rows]) > 0.3
    assert np.mean([row["p_unrelated_maps"] < 0.05 for row in rows]) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 60)


def test_clusters_of_maps_that_are_related_stand_out() -> None:
    rows = [cluster_row(12.0 - smooth(seed) + 0.3 * smooth(500 + seed), smooth(seed)) for seed in range(10)]
    assert np.mean([row["p_unrelated_maps"] < 0.05 for row in rows]) >= 0.9
