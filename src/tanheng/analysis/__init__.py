"""Analysis: factors associated with supply, demand and their ratio, and their mismatch. Pure functions on arrays."""

from tanheng.analysis.autocorrelation import GlobalStatistic, bivariate_moran, geary, moran
from tanheng.analysis.correlation import identity_gap, partial_correlation, pearson, ranks, residuals, spearman
from tanheng.analysis.discretise import breaks, strata
from tanheng.analysis.effective_size import (
    GridLags,
    ModifiedTest,
    effective_size_of_points,
    modified_t_test,
    modified_test,
)
from tanheng.analysis.geodetector import (
    ecological_detector,
    factor_detector,
    interaction_detector,
    overlay,
    risk_detector,
)
from tanheng.analysis.local import LocalStatistic, bivariate_local_moran, getis_ord, local_moran
from tanheng.analysis.mismatch import coupling_coordination, dissimilarity, gini, lorenz, quadrants
from tanheng.analysis.multiple import benjamini_hochberg
from tanheng.analysis.neighbours import (
    grid_neighbours,
    islands,
    nearest_neighbours,
    neighbours_within,
    polygon_neighbours,
    row_standardised,
)
from tanheng.analysis.optimal import Discretisations, search_p, search_p_on_maps
from tanheng.analysis.surrogates import surrogates

__all__ = [
    "Discretisations",
    "GlobalStatistic",
    "GridLags",
    "LocalStatistic",
    "ModifiedTest",
    "benjamini_hochberg",
    "bivariate_local_moran",
    "bivariate_moran",
    "breaks",
    "coupling_coordination",
    "dissimilarity",
    "ecological_detector",
    "effective_size_of_points",
    "factor_detector",
    "geary",
    "getis_ord",
    "gini",
    "grid_neighbours",
    "identity_gap",
    "interaction_detector",
    "islands",
    "local_moran",
    "lorenz",
    "modified_t_test",
    "modified_test",
    "moran",
    "nearest_neighbours",
    "neighbours_within",
    "overlay",
    "partial_correlation",
    "pearson",
    "polygon_neighbours",
    "quadrants",
    "ranks",
    "residuals",
    "risk_detector",
    "row_standardised",
    "search_p",
    "search_p_on_maps",
    "spearman",
    "strata",
    "surrogates",
]
