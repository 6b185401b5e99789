"""Autocorrelation: equal to esda, figures published for Columbus, planted clusters, islands, bad input."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.ndimage import gaussian_filter

from tanheng.analysis import (
    benjamini_hochberg,
    bivariate_local_moran,
    bivariate_moran,
    geary,
    getis_ord,
    grid_neighbours,
    islands,
    local_moran,
    moran,
    nearest_neighbours,
    neighbours_within,
    polygon_neighbours,
    row_standardised,
)
from tanheng.analysis.local import LocalStatistic, draw_neighbours
from tanheng.analysis.neighbours import GridWeights
from tanheng.errors import InputError

PERMUTATIONS = 9999
#: Pseudo p-values of two runs of 9,999 draws differ by less than this (4.5 standard errors of their difference).
MONTE_CARLO = 4.5 * np.sqrt(2 * 0.25 / PERMUTATIONS)


@pytest.fixture(scope="module")
def field() -> dict[str, Any]:
    """Two variables on a ragged grid, with weights in both libraries."""
    rng = np.random.default_rng(0)
    mask = rng.random((12, 14)) > 0.25
    mask[:2, :2] = [[True, False], [False, False]]
    mask[2, 0] = mask[2, 1] = mask[2, 2] = mask[0, 2] = mask[1, 2] = False
    # Positive: esda divides by the mean in its Gi*, which turns the sign where that is negative.
    x = 5.0 + gaussian_filter(rng.normal(size=mask.shape), 1)[mask]
    return {"mask": mask, "x": x, "y": x + rng.normal(size=len(x)), "weights": grid_neighbours(mask)}


def _libpysal(weights: Any) -> Any:
    import libpysal

    matrix = sparse.csr_matrix(weights.to_sparse() if isinstance(weights, GridWeights) else weights)
    near = {row: matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]].tolist() for row in range(matrix.shape[0])}
    return libpysal.weights.W(near, silence_warnings=True)


@pytest.fixture
def esda() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import esda

        yield esda


def test_the_field_has_an_island(field: dict[str, Any]) -> None:
    assert islands(field["weights"]).sum() == 1


def test_global_statistics_equal_esda(field: dict[str, Any], esda: Any) -> None:
    w, near = row_standardised(field["weights"]), _libpysal(field["weights"])
    for ours, theirs in (
        (moran(field["x"], w, 999), esda.Moran(field["x"], near)),
        (geary(field["x"], w, 999), esda.Geary(field["x"], near)),
    ):
        assert ours.value == pytest.approx(getattr(theirs, "I", getattr(theirs, "C", None)), abs=1e-9)
        assert ours.z == pytest.approx(theirs.z_rand, abs=1e-9)
        assert ours.p_permuted == pytest.approx(2 * theirs.p_sim, abs=0.01)
    np.random.seed(1)  # noqa: NPY002  esda draws from the old generator
    theirs = esda.Moran_BV(field["x"], field["y"], near, permutations=PERMUTATIONS)
    ours = bivariate_moran(field["x"], field["y"], w, 999)
    assert ours.value == pytest.approx(theirs.I, abs=1e-9)
    assert ours.variance == pytest.approx(theirs.VI_sim, rel=0.06)
    assert ours.expected == pytest.approx(theirs.EI_sim, abs=5 * np.sqrt(ours.variance / PERMUTATIONS))


@pytest.mark.peer
def test_local_statistics_equal_esda(field: dict[str, Any], esda: Any) -> None:
    x, y, w = field["x"], field["y"], field["weights"]
    near = _libpysal(w)
    plain = _libpysal(w)
    plain.transform = "b"
    options = {"permutations": PERMUTATIONS, "seed": 5}
    pairs = [
        (local_moran(x, w, PERMUTATIONS), esda.Moran_Local(x, near, **options), "Is"),
        (bivariate_local_moran(x, y, w, PERMUTATIONS), esda.Moran_Local_BV(x, y, near, **options), "Is"),
        (getis_ord(x, w, PERMUTATIONS), esda.G_Local(x, plain, transform="B", star=True, **options), "Zs"),
    ]
    alone = islands(w)
    for ours, theirs, name in pairs:
        assert np.abs(ours.value - getattr(theirs, name))[~alone].max() < 1e-9
        assert np.abs(ours.p - theirs.p_sim)[~alone].max() < MONTE_CARLO
        assert np.isnan(ours.value[alone]).all()
        assert (ours.kind[alone] == -1).all()


@pytest.mark.peer
def test_weights_that_differ_from_row_to_row_equal_esda(esda: Any) -> None:
    """Inverse distances: no two cells share their null, so each has its own draws."""
    rng = np.random.default_rng(8)
    at = rng.random((60, 2))
    w = neighbours_within(at, 0.25)
    rows = np.repeat(np.arange(60), np.diff(w.indptr))
    w.data = 1.0 / np.hypot(*(at[rows] - at[w.indices]).T)
    x = rng.normal(size=60)
    import libpysal

    near = libpysal.weights.WSP(sparse.csr_matrix(w)).to_W(silence_warnings=True)
    theirs = esda.Moran_Local(x, near, permutations=PERMUTATIONS, seed=1)
    ours = local_moran(x, w, PERMUTATIONS)
    known = ~islands(w)
    assert np.abs(ours.value - theirs.Is)[known].max() < 1e-9
    assert np.abs(ours.p - theirs.p_sim)[known].max() < MONTE_CARLO


def _columbus() -> tuple[dict[str, np.ndarray], Any]:
    import libpysal
    import pyogrio
    import shapely

    path = libpysal.examples.get_path("columbus.shp")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        meta, _, geometry, values = pyogrio.raw.read(path)
    return dict(zip(meta["fields"], values, strict=True)), shapely.from_wkb(geometry)


def test_columbus_gives_its_published_figures() -> None:
    """Crime in 49 neighbourhoods of Columbus: spdep's vignette gives I = 0.500188557, E = -0.0208, Var = 0.008711."""
    values, shapes = _columbus()
    w = polygon_neighbours(list(shapes))
    found = moran(values["CRIME"], row_standardised(w))
    # The published weights are queen contiguity, with 236 links.
    assert w.nnz == 236
    assert found.value == pytest.approx(0.500188557, abs=5e-9)
    assert found.expected == pytest.approx(-0.020833333, abs=5e-9)


def test_draws_are_fair() -> None:
    """Each number comes as often as each other, alone and in pairs."""
    for n, k in ((100, 3), (7, 4)):
        draws = draw_neighbours(n, k, 20_000, np.random.default_rng(1))
        counts = np.bincount(draws.ravel(), minlength=n)
        expected = 20_000 * k / n
        assert np.abs(counts - expected).max() < 5 * np.sqrt(expected)
        assert all(len(set(row)) == k for row in draws[:500].tolist())


def test_a_planted_cluster_is_found_and_little_else() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(40, 40))
    values[10:16, 10:16] += 3.0
    found = local_moran(values.ravel(), grid_neighbours(np.ones((40, 40), bool)), 9999).kind.reshape(40, 40)
    inside = found[11:15, 11:15]
    assert (inside == 1).mean() > 0.8
    outside = np.ones((40, 40), bool)
    outside[9:17, 9:17] = False
    assert (found[outside] > 0).mean() < 0.01
    hot = getis_ord(values.ravel(), grid_neighbours(np.ones((40, 40), bool)), 9999).kind.reshape(40, 40)
    assert (hot[11:15, 11:15] == 1).all()
    assert (hot[outside] > 0).mean() < 0.01


def test_random_layouts_give_uniform_p_values() -> None:
    rng = np.random.default_rng(4)
    p = local_moran(rng.normal(size=2500), grid_neighbours(np.ones((50, 50), bool)), 999).p
    # One-sided p of the nearer tail lies between 0 and 0.5: a tenth of the cells below 0.05.
    assert (p < 0.05).mean() == pytest.approx(0.1, abs=0.03)
    assert p.max() <= 0.51


def test_the_seed_decides(field: dict[str, Any]) -> None:
    first, again, other = (local_moran(field["x"], field["weights"], 99, seed).p for seed in (1, 1, 2))
    assert np.array_equal(first, again, equal_nan=True)
    assert not np.array_equal(first, other, equal_nan=True)


def test_neighbours_of_points() -> None:
    rng = np.random.default_rng(5)
    at = rng.random((30, 2))
    at[7] = at[3]
    distance = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    assert (neighbours_within(at, 0.3).toarray() == ((distance <= 0.3) & ~np.eye(30, dtype=bool))).all()
    near = nearest_neighbours(at, 4)
    assert (np.asarray(near.sum(axis=1)) == 4).all()
    assert near.diagonal().sum() == 0
    with pytest.raises(InputError, match="ask for 1 to 29"):
        nearest_neighbours(at, 30)


def test_many_values_alike_are_not_called_extreme() -> None:
    """Ties count on both sides: a cell of zero among zeros is nothing special where nearly all are zero."""
    values = np.zeros(400)
    values[:3] = 1.0
    found = local_moran(values, grid_neighbours(np.ones((20, 20), bool)), 999)
    assert not found.significant[100:].any()


@pytest.mark.parametrize("statistic", [local_moran, getis_ord])
def test_a_huge_cell_turns_no_plateau_into_a_low_place(statistic: Callable[..., LocalStatistic]) -> None:
    """It lifts the mean of all above the plateau, whose neighbours are high all the same: no name fits, so none is given."""
    field = np.random.default_rng(2).lognormal(sigma=0.3, size=(60, 60))
    field[5:31, 5:31] *= 5.0
    field[50, 50] = 2e4
    near = grid_neighbours(np.ones(field.shape, bool))
    kind = statistic(field.ravel(), near, 9999).kind.reshape(field.shape)
    assert field[8:28, 8:28].mean() < field.mean()
    assert (kind[8:28, 8:28] == 0).all()
    field[50, 50] = 1.0
    assert (statistic(field.ravel(), near, 9999).kind.reshape(field.shape)[8:28, 8:28] == 1).mean() > 0.8


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.full(9, 3.0), "alike"),
        (np.full(9, np.nan), "9 values are missing"),
        (np.array([1.0, np.inf, *range(7)]), "1 values are missing or infinite"),
        (np.arange(8.0), "one value for each of the 9 rows"),
    ],
)
@pytest.mark.parametrize("function", [moran, geary, local_moran, getis_ord])
def test_bad_values_are_refused(function: Any, values: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        function(values, grid_neighbours(np.ones((3, 3), bool)))


def test_three_cells_and_lonely_cells_are_refused() -> None:
    with pytest.raises(InputError, match="four values or more"):
        moran(np.arange(3.0), grid_neighbours(np.ones((1, 3), bool)))
    alone = grid_neighbours(np.array([[True, False, True, False, True, False, True]]))
    with pytest.raises(InputError, match="nothing has a neighbour"):
        moran(np.arange(4.0), alone)


def test_no_discovery_and_no_test() -> None:
    assert not benjamini_hochberg(np.array([0.2, 0.5, np.nan])).any()
    assert not benjamini_hochberg(np.array([])).any()
    assert benjamini_hochberg(np.array([0.001, np.nan])).tolist() == [True, False]
