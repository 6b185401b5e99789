"""Carbon densities of the cells of a plan, by zone."""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy import sparse

from tanheng.choices import POOLS
from tanheng.planning.problem import Flows
from tanheng.stages.planning.densities import PlaceDensities, ZonedDensities, place_densities

#: Crops and forest by pool, t C/ha, in the first zone, in the second, and elsewhere.
BY_ZONE = np.array(
    [[[4.0, 1, 50, 0], [60, 20, 80, 4]], [[8.0, 3, 60, 0], [100, 40, 90, 8]], [[2.0, 1, 30, 0], [20, 10, 30, 2]]]
)
#: A cell in the first zone, one half in each, one in none of them, one without land, and one in the second.
WEIGHTS = np.array([[1, 0.5, 0, 1, 0], [0, 0.5, 0, 0, 1], [0, 0, 1, 0, 0]])
MASK = np.array([[True, True, True, False, True]])
AREA = np.array([[100.0, 0], [50, 50], [100, 0], [0, 100]])


def densities(**options: object) -> PlaceDensities:
    mean = xr.DataArray(BY_ZONE[0], dims=("land_class", "carbon_pool"), coords={"carbon_pool": list(POOLS)})
    from_maps = np.zeros((2, 4), bool)
    from_maps[:, 2] = options.pop("soil_from_map", False)
    zoned = ZonedDensities(BY_ZONE, sparse.csr_matrix(WEIGHTS), from_maps)
    return place_densities(mean, AREA, MASK, zoned, **options)  # type: ignore[arg-type]


def test_a_cell_on_a_border_has_the_mean_of_its_zones() -> None:
    pools = densities().pools[densities().place]
    np.testing.assert_allclose(pools[[0, 2, 3]], BY_ZONE[[0, 2, 1]])
    np.testing.assert_allclose(pools[1], (BY_ZONE[0] + BY_ZONE[1]) / 2)


def test_what_a_plan_changes_is_the_same_by_row_class_and_pool() -> None:
    found = densities()
    flows = Flows(np.array([0, 1, 3, 3]), np.array([0, 0, 1, 1]), np.array([1, 1, 0, 1]), np.array([100.0, 20, 30, 70]))
    # First cell: 164 - 55 = 109; second: (164 + 238) / 2 - (55 + 71) / 2 = 138; fourth: 71 - 238 = -167 t C/ha.
    assert found.gains(flows).tolist() == [10_900.0, 2_760.0, -5_010.0, 0.0]
    assert found.changes(flows).sum() == 8_650.0
    after = AREA + np.array([[-100, 100], [-20, 20], [0, 0], [30, -30]])
    np.testing.assert_allclose(found.stored(after).sum() - found.stored(AREA).sum(), 8_650.0)
    np.testing.assert_allclose(found.changes(flows).sum(axis=1), (found.stored(after) - found.stored(AREA)).sum(axis=0))


def test_soil_of_a_map_is_the_mean_of_the_class_or_stays_in_its_place() -> None:
    of_class = densities(soil_from_map=True)
    assert of_class.pools[of_class.place][:, :, 2].tolist() == [[50.0, 80.0]] * 4
    of_place = densities(soil_from_map=True, of_place=("soil",))
    # 250 ha of crops and 150 of forest: (250 x 50 + 150 x 80) / 400.
    assert of_place.pools[of_place.place][:, :, 2].tolist() == [[61.25, 61.25]] * 4
